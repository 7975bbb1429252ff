use super::*;
use crate::{
    alerts::rules::samples::sample,
    model::alert::{Quiet, QuietDays},
};
use proptest::prelude::*;

prop_compose! {
    /// Whatever a row may hold.
    fn any_settings()(
        threshold in any::<f64>(), recovery in any::<f64>(), window in any::<i64>(), least in any::<i64>(),
        cooldown in any::<i64>(), remind in any::<Option<i64>>(), from in any::<i16>(), to in any::<i16>(),
    ) -> RuleSettings {
        RuleSettings {
            threshold, recovery, window, least, cooldown, remind,
            quiet: Some(Quiet { from, to, days: QuietDays::Weekend, zone: "Europe/Berlin".into() }),
            ..ALL[0].usual_settings()
        }
    }
}

proptest! {
    #[test]
    fn no_number_that_a_row_may_hold_overflows(settings in any_settings(), value in any::<f64>()) {
        let longest = LONGEST_MINUTES * 60_000;
        prop_assert!((0..=longest).contains(&settings.window_ms()));
        prop_assert!((0..=longest).contains(&settings.cooldown_ms()));
        prop_assert!(settings.remind_ms().is_none_or(|ms| (1..=longest).contains(&ms)));
        prop_assert!(!settings.quiet.as_ref().map(Quiet::hours_text).unwrap_or_default().contains('-')
            || settings.quiet.as_ref().is_some_and(Quiet::is_within_a_day));
        for kind in ALL {
            let _either_way = kind.check(&settings);
            let rule = sample(kind.word).with(settings.clone());
            let _text = (rule.condition(), rule.title(), kind.unit.show(value));
        }
    }
}

#[test]
fn each_kind_is_read_back_by_its_word_and_has_settings_that_can_be_taken() {
    for spec in ALL {
        assert!(std::ptr::eq(kind(spec.word).unwrap(), *spec), "{}", spec.word);
        assert!(!spec.label.is_empty() && !spec.says.is_empty(), "{}", spec.word);
        assert_eq!(spec.window().is_some(), spec.usual.window > 0, "{}", spec.word);
        assert_eq!(spec.has_least(), spec.usual.least > 0, "{}", spec.word);
        let mut usual = spec.usual_settings();
        // Only a person knows what tells of a beginning.
        if spec.event_type().is_some_and(|(_, required)| required) {
            usual.event_type = Some("batch.submitted".into());
        }
        spec.check(&usual).unwrap();
    }
    assert_eq!(kind("nonsense").unwrap_err().to_string(), "kind: `nonsense` is not a rule kind");
}

#[test]
fn values_out_of_bounds_are_refused_by_field() {
    let refused = |word, change: fn(&mut RuleSettings)| {
        let kind = kind(word).unwrap();
        let mut settings = kind.usual_settings();
        change(&mut settings);
        kind.check(&settings).map_err(|error| error.field().unwrap_or_default().to_owned())
    };
    let (failures, silence) = ("verification-failures", "silence");
    for (word, field, change) in [
        (failures, "threshold", (|s| s.threshold = f64::NAN) as fn(&mut RuleSettings)),
        (failures, "threshold", |s| s.threshold = 100.0),
        (failures, "recovery", |s| s.recovery = 10.1),
        (failures, "window", |s| s.window = 0),
        (failures, "least", |s| s.least = 0),
        // Though it has none.
        (silence, "window", |s| s.window = 9_000_000_000_000_000),
        (silence, "window", |s| s.window = -1),
        (silence, "least", |s| s.least = i64::MAX),
        (silence, "channels", |s| s.channels = Which::These(Vec::new())),
        ("window-closing", "window", |s| s.window = 72 * HOUR),
        (silence, "threshold", |s| s.threshold = 0.5),
        (silence, "cooldown", |s| s.cooldown = -1),
        (silence, "remind", |s| s.remind = Some(1)),
        (silence, "event_type", |s| s.event_type = Some("a b".into())),
        ("missing-end", "event_type", |_| {}),
    ] {
        assert_eq!(refused(word, change), Err(field.to_owned()), "{word}");
    }
    assert_eq!(refused("missing-end", |s| s.event_type = Some("x.started".into())), Ok(()));
}
