//! How hard a password is to guess, by zxcvbn (30,000 common passwords, words and names in English, rows of keys, dates,
//! repetitions, letters written as digits) and by what it does not know: words of this very place, and of the calendar.
//! No rules on kinds of characters, as NIST SP 800-63B has it.

use zxcvbn::matching::{Match, patterns::MatchPattern};

/// Ten to the power of this many guesses at least: a hash that was stolen is not worth guessing at.
const LEAST_GUESSES_LOG10: f64 = 10.0;
/// Longer is not looked at: the work grows with the square of the length, and nothing that long is weak but repetitions.
const LONGEST: usize = 100;
/// Parts of an e-mail or a host that are shorter occur in any text.
const SHORTEST_WORD: usize = 3;

/// What people choose when a year goes with it, in languages of Europe. zxcvbn has the English ones.
const CALENDAR: &[&str] = &[
    "sommer",
    "winter",
    "herbst",
    "frühling",
    "fruehling",
    "frühjahr",
    "fruehjahr",
    "januar",
    "februar",
    "märz",
    "maerz",
    "april",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "weihnachten",
    "ostern",
    "été",
    "hiver",
    "automne",
    "printemps",
    "janvier",
    "février",
    "fevrier",
    "avril",
    "juillet",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "decembre",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "verano",
    "invierno",
    "otoño",
    "otono",
    "primavera",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "lunes",
    "martes",
    "miércoles",
    "miercoles",
    "jueves",
    "viernes",
    "sábado",
    "sabado",
    "domingo",
    "estate",
    "inverno",
    "autunno",
    "gennaio",
    "febbraio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "verão",
    "verao",
    "outono",
    "zomer",
    "herfst",
    "lente",
];

/// What a password is called in other languages, and what greets on a first day.
const GREETINGS: &[&str] = &[
    "passwort",
    "kennwort",
    "geheim",
    "willkommen",
    "hallo",
    "motdepasse",
    "bienvenue",
    "bonjour",
    "secret",
    "contraseña",
    "contrasena",
    "clave",
    "bienvenido",
    "hola",
    "benvenuto",
    "ciao",
    "senha",
    "bemvindo",
    "wachtwoord",
    "welkom",
    "haslo",
    "admin",
    "administrator",
    "changeme",
    "webhook",
    "webhooks",
    "openai",
];

/// Words that anyone would try here first.
#[derive(Clone, Debug, Default)]
pub(super) struct Context(Vec<String>);

impl Context {
    /// Of the user's e-mail, and of the name under which the server is reached (a URL or a host; may be empty).
    pub(super) fn new(email: &str, server: &str) -> Self {
        let mut words = vec!["hookpost".to_owned()];
        for text in [email, server] {
            let text = text.to_lowercase();
            let parts = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| !["http", "https", "www"].contains(part));
            words.extend(parts.map(str::to_owned));
            // `ada.lovelace` is also written `adalovelace`.
            words.extend(
                text.split('@').map(|half| half.chars().filter(|c| c.is_alphanumeric()).collect::<String>()),
            );
            words.push(text);
        }
        words.retain(|word| word.chars().count() >= SHORTEST_WORD);
        words.sort();
        words.dedup();
        Self(words)
    }
}

/// Why a password is too easy to guess; none: it is not.
pub(super) fn weakness(password: &str, context: &Context) -> Option<&'static str> {
    let password: String = password.chars().take(LONGEST).collect();
    let words: Vec<&str> =
        context.0.iter().map(String::as_str).chain(CALENDAR.iter().chain(GREETINGS).copied()).collect();
    let estimate = zxcvbn::zxcvbn(&password, &words);
    let guesses = estimate.guesses_log10().min(guesses_of(estimate.sequence()));
    (guesses < LEAST_GUESSES_LOG10).then(|| reason(&password, estimate.sequence(), context))
}

/// The same product as zxcvbn's, but a year, `12345` or `!!!!` in a rest that it takes for random is none.
fn guesses_of(sequence: &[Match]) -> f64 {
    let orders: f64 = (1..=sequence.len()).map(|n| (n as f64).log10()).sum();
    let parts = sequence.iter().map(|part| match (is_year(&part.token), &part.pattern) {
        (true, _) => YEAR,
        (_, MatchPattern::BruteForce) => guesses_of_rest(&part.token),
        _ => (part.guesses.unwrap_or(1).max(1) as f64).log10(),
    });
    orders + parts.sum::<f64>()
}

/// Of a year, as a power of ten.
const YEAR: f64 = 2.0;

fn is_year(text: &str) -> bool {
    text.len() == 4
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.starts_with("19") || text.starts_with("20"))
}

fn guesses_of_rest(text: &str) -> f64 {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut sum) = (0, 0.0);
    while at < chars.len() {
        let next_four: String = chars.iter().skip(at).take(4).collect();
        if is_year(&next_four) {
            (at, sum) = (at + 4, sum + YEAR);
        } else {
            // One sign out of ten, as zxcvbn counts, and so many that follow from it.
            let run = run_of(&chars[at..]);
            (at, sum) = (at + run, sum + 1.0 + (run as f64).log10());
        }
    }
    sum
}

/// How many signs from the first on are a row: the same, or each the next one. At least one.
fn run_of(chars: &[char]) -> usize {
    let step = |two: &[char]| i64::from(u32::from(two[1])) - i64::from(u32::from(two[0]));
    let Some(first) = chars.windows(2).next().map(step) else { return chars.len() };
    let run = 1 + chars.windows(2).take_while(|two| step(two) == first).count();
    match first {
        0 => run,
        -1 | 1 if run >= 3 => run,
        _ => 1,
    }
}

fn reason(password: &str, sequence: &[Match], context: &Context) -> &'static str {
    let word = |part: &Match| match &part.pattern {
        MatchPattern::Dictionary(found) => Some(found.matched_word.clone()),
        _ => None,
    };
    let is = |wanted: fn(&MatchPattern) -> bool| sequence.iter().any(|part| wanted(&part.pattern));
    if sequence.iter().filter_map(word).any(|word| context.0.contains(&word)) {
        "it is based on your e-mail address or this server's name"
    } else if sequence.len() == 1 && word(&sequence[0]).is_some() {
        "it is on lists of common passwords"
    } else if is(|pattern| matches!(pattern, MatchPattern::Spatial(_))) && sequence.len() <= 3 {
        "it follows adjacent keys on the keyboard"
    } else if is(|pattern| matches!(pattern, MatchPattern::Repeat(_))) {
        "it repeats the same characters"
    } else if password.chars().all(|c| c.is_ascii_digit()) {
        "it consists of digits only"
    } else {
        "it is a common word or name with digits or symbols added"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(password: &str) -> Option<&'static str> {
        weakness(password, &Context::new("ada.lovelace@analytical.example", "https://hooks.engine.example"))
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for weak in [
            "password1234",
            "passwordpassword",
            "hookpost12345",
            "Hookpost2024!!",
            "h00kp0st1234",
            "Sommer2024!!x",
            "Sommer2024!!",
            "Summer2024!!x",
            "Winter2025!!ab",
            "Frühling2024!",
            "Passwort12345!",
            "P@ssw0rd!2024",
            "Willkommen2024!",
            "iloveyou2024!!",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "zxcvbnm,./123",
            "asdfghjkl;'123",
            "Berlin2024!!!!",
            "wrong wrong wrong",
            "123123123123",
            "314159265358",
            "aaaaaaaaaaaaaaa",
            "ada.lovelace@analytical.example",
            "AdaLovelace1815",
            "lovelace-2024!",
            "analytical12345",
            "engine_engine1",
            "engine-12345-engine",
            "Ada-4321-Lovelace",
            "abcdefghijklmnop",
            "12/24/1985-1985",
        ] {
            assert!(why(weak).is_some(), "{weak}");
        }
    }

    #[test]
    fn a_few_words_or_what_a_manager_makes_passes() {
        for good in [
            "correct horse battery",
            "the usual test password",
            "my dog is called rex",
            "vier Esel im Regen",
            "ünïcödé is wëlcome",
            "K7#pq9!mZ2vL",
            "wzkfqhtbxmvd",
            "lime-otter-7-quilt-orbit",
            "пять синих слонов поют",
        ] {
            assert_eq!(why(good), None, "{good}");
        }
    }

    #[test]
    fn the_sentence_says_what_is_weak() {
        assert!(why("hookpost12345").is_some_and(|why| why.contains("server's name")));
        assert!(why("lovelace12345").is_some_and(|why| why.contains("e-mail")));
        assert!(why("password1234").is_some_and(|why| why.contains("lists")));
        assert!(why("asdfghjkl;'12").is_some_and(|why| why.contains("adjacent keys")));
        assert!(why("Sommer2024!!x").is_some_and(|why| why.contains("digits or symbols")));
    }

    #[test]
    fn a_very_long_one_takes_no_time_and_does_not_hide_a_weak_beginning() {
        let begun = std::time::Instant::now();
        assert!(why(&"ab".repeat(128)).is_some());
        assert_eq!(
            why(&"aé9#".chars().cycle().take(64).chain("lime otter quilt orbit".chars()).collect::<String>()),
            None
        );
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,140}") {
            let _weakness = why(&text);
        }
    }
}
