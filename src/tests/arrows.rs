//! The order of the rooms: a module may import those that stand below it in `src/lib.rs`, and no other.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What an import says, and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Arrow {
    line: usize,
    to: String,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rooms from the top down, as `lib.rs` declares them.
fn rooms() -> Vec<String> {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let declared = text.lines().filter_map(|line| {
        line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("pub(crate) mod "))?.strip_suffix(';')
    });
    declared.map(str::to_owned).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a file names after `crate::`, alone or in braces.
fn arrows(text: &str) -> Vec<Arrow> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, name) in code.match_indices("crate::") {
        let line = |offset: usize| code[..offset].matches('\n').count() + 1;
        let start = at + name.len();
        let Some(group) = code[start..].strip_prefix('{') else {
            found.push(Arrow { line: line(start), to: word(&code[start..]) });
            continue;
        };
        let (mut depth, mut begins) = (1, true);
        for (offset, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                _ if depth == 1 && begins && letter.is_alphabetic() => {
                    found.push(Arrow { line: line(start + 1 + offset), to: word(&group[offset..]) });
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn no_module_imports_one_that_stands_above_it() {
    let rooms = rooms();
    let place = |name: &str| rooms.iter().position(|room| room == name);
    let mut found = Vec::new();
    files(&source(), &mut found);
    let (mut upward, mut seen) = (Vec::new(), 0);
    for path in found {
        let inside = path.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
        let room = inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        // What lies under no room: `lib.rs`, `main.rs` and the tests.
        let Some(from) = place(&room) else { continue };
        for Arrow { line, to } in arrows(&fs::read_to_string(&path).unwrap()) {
            seen += 1;
            if place(&to).is_some_and(|to| to < from) {
                upward.push(format!("src/{inside}:{line} imports `{to}`, which stands above `{room}`"));
            }
        }
    }
    assert_eq!(upward, Vec::<String>::new(), "the order is that of src/lib.rs");
    assert!(seen > 1_000, "only {seen} imports were read");
}

#[test]
fn there_are_at_most_twenty_rooms_and_each_says_what_it_is_for() {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let rooms = rooms();
    assert!(rooms.len() <= 20, "{rooms:?}");
    for room in &rooms {
        let before = text.split(&format!("mod {room};")).next().unwrap();
        let paragraph = before.rsplit("\n\n").next().unwrap();
        assert!(paragraph.contains("// "), "{room} has no sentence in src/lib.rs");
    }
}

#[test]
fn the_page_on_the_architecture_lists_the_rooms_in_their_order() {
    let page = fs::read_to_string(source().join("../docs/architecture.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `src/")?.split('`').next());
    let listed: Vec<&str> = rows.map(|name| name.trim_end_matches(".rs")).collect();
    assert_eq!(listed, rooms(), "docs/architecture.md, Where things live");
}

#[test]
fn an_import_is_read_whether_it_stands_alone_or_in_braces() {
    let text = "use crate::db::Db;\n// use crate::app;\nuse crate::{\n    auth::{self, Session},\n    cli, // crate::x\n};\nlet x = crate::net::y();";
    let read: Vec<_> = arrows(text).into_iter().map(|arrow| (arrow.line, arrow.to)).collect();
    let expected = [(1, "db"), (4, "auth"), (5, "cli"), (7, "net")];
    assert_eq!(read, expected.map(|(line, to)| (line, to.to_owned())));
}
