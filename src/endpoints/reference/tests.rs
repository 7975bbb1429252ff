use crate::{endpoints::reference::*, runtime::config::AllowedReferences};
use secrecy::ExposeSecret;
use std::os::unix::{fs::symlink, net::UnixListener};

fn within(dir: &Path) -> AllowedReferences {
    AllowedReferences { dirs: vec![dir.to_owned()], ..AllowedReferences::default() }
}

fn file(path: impl Into<PathBuf>) -> Reference {
    Reference::File(path.into())
}

#[test]
fn a_reference_survives_its_text_and_nonsense_says_what_is_right() {
    for text in ["env:OPENAI_WEBHOOK_SECRET", "file:/run/secrets/openai", "file:/run/secrets/..data"] {
        assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "env:",
        "env:A B",
        "env:1A",
        "file:x",
        "whsec_x",
        "env:HOOKPOST_ENCRYPTION_KEY",
        "file:/run/secrets/../../etc/shadow",
    ] {
        assert!(text.parse::<Reference>().is_err(), "{text}");
    }
}

#[test]
fn a_file_is_read_without_its_last_line_end_and_up_to_a_bound() {
    let dir = tempfile::tempdir().unwrap();
    let (path, allowed) = (dir.path().join("s"), within(dir.path()));
    fs::write(&path, "whsec_x\r\n").unwrap();
    let reference = file(&path);
    assert_eq!(reference.resolve(&allowed).unwrap().expose_secret(), "whsec_x");
    assert!(reference.stamp(&allowed).is_some());
    fs::write(&path, vec![b'x'; 4_096]).unwrap();
    assert!(reference.resolve(&allowed).is_ok());
    fs::write(&path, vec![b'x'; 4_097]).unwrap();
    assert!(matches!(reference.resolve(&allowed), Err(ReferenceError::TooLarge(_))));
    fs::write(&path, b"\xff").unwrap();
    assert!(matches!(reference.resolve(&allowed), Err(ReferenceError::NotText(_))));
    fs::remove_file(&path).unwrap();
    let error = reference.resolve(&allowed).unwrap_err().to_string();
    assert!(error.starts_with("the server cannot read /"), "{error}");
}

#[test]
fn only_what_lies_in_an_allowed_folder_is_read_links_within_it_too() {
    let (mount, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let allowed = within(mount.path());
    fs::write(elsewhere.path().join("s"), "outside").unwrap();
    // As Kubernetes mounts a secret: the name leads to `..data`, and that to a folder with the time in its name.
    let folder = mount.path().join("..2026_11_25");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("openai"), "inside").unwrap();
    symlink("..2026_11_25", mount.path().join("..data")).unwrap();
    symlink("..data/openai", mount.path().join("openai")).unwrap();
    let inside = file(mount.path().join("openai"));
    assert_eq!(inside.resolve(&allowed).unwrap().expose_secret(), "inside");
    assert!(inside.stamp(&allowed).is_some());
    // The folder itself may be named by a link.
    let link = elsewhere.path().join("link");
    symlink(mount.path(), &link).unwrap();
    assert!(file(link.join("openai")).resolve(&within(&link)).is_ok());
    symlink(elsewhere.path().join("s"), mount.path().join("out")).unwrap();
    symlink(elsewhere.path(), mount.path().join("out-folder")).unwrap();
    let beside = PathBuf::from(format!("{}-beside", mount.path().display()));
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("s"), "beside").unwrap();
    for outside in [
        elsewhere.path().join("s"),
        elsewhere.path().join("missing"),
        mount.path().join("out"),
        mount.path().join("out-folder/s"),
        beside.join("s"),
        mount.path().to_owned(),
    ] {
        let reference = file(&outside);
        let error = reference.resolve(&allowed).unwrap_err();
        assert!(matches!(error, ReferenceError::Outside(_)), "{}: {error}", outside.display());
        assert_eq!(reference.stamp(&allowed), None);
    }
    fs::remove_dir_all(beside).unwrap();
    assert!(
        file("/etc/hostname").resolve(&AllowedReferences::default()).is_err(),
        "nothing is allowed by itself"
    );
}

#[test]
fn what_is_no_ordinary_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let allowed = within(dir.path());
    let fifo = dir.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let socket = dir.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    fs::create_dir(dir.path().join("folder")).unwrap();
    for name in ["fifo", "socket", "folder"] {
        assert!(file(dir.path().join(name)).resolve(&allowed).is_err(), "{name}");
    }
    // Not even an operator who allows everything allows these.
    let everything = within(Path::new("/"));
    for path in ["/proc/self/environ", "/proc/self/cmdline", "/proc/self/pagemap", "/dev/zero", "/dev/null"] {
        let error = file(path).resolve(&everything).unwrap_err();
        assert!(matches!(error, ReferenceError::Outside(_)), "{path}: {error}");
    }
}

#[test]
fn hookposts_own_files_are_no_secrets_by_whatever_name() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["hookpost.db", "hookpost.db.key", "hookpost.db.key.old", "openai"] {
        fs::write(dir.path().join(name), "bytes").unwrap();
    }
    fs::hard_link(dir.path().join("hookpost.db.key"), dir.path().join("linked")).unwrap();
    let own = ["hookpost.db", "hookpost.db.key"].map(|name| dir.path().join(name)).to_vec();
    let allowed = AllowedReferences { own, ..within(dir.path()) };
    for name in ["hookpost.db", "hookpost.db.key", "hookpost.db.key.old", "linked"] {
        let error = file(dir.path().join(name)).resolve(&allowed).unwrap_err();
        assert!(matches!(error, ReferenceError::Own(_)), "{name}: {error}");
    }
    assert!(file(dir.path().join("openai")).resolve(&allowed).is_ok());
}

#[test]
fn variables_are_allowed_by_name_or_by_the_beginning_of_it() {
    let env = |names: &[&str]| AllowedReferences {
        env: names.iter().map(|name| (*name).to_owned()).collect(),
        ..AllowedReferences::default()
    };
    // Every test process has this one.
    let path = Reference::Env("PATH".into());
    assert!(matches!(path.resolve(&env(&[])), Err(ReferenceError::EnvNotAllowed(_))));
    assert!(matches!(path.resolve(&env(&["PATHS", "PAT"])), Err(ReferenceError::EnvNotAllowed(_))));
    for allowed in ["PATH", "PA*", "*"] {
        assert!(path.resolve(&env(&[allowed])).is_ok(), "{allowed}");
    }
    let unset = Reference::Env("NO_SUCH_VARIABLE".into());
    assert!(matches!(unset.resolve(&env(&["NO_*"])), Err(ReferenceError::NoVariable(_))));
    assert!(unset.stamp(&env(&["*"])).is_none());
}
