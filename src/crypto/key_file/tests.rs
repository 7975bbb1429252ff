use super::*;

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn names(dir: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn the_key_file_is_for_its_owner_alone_and_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("k");
    assert!(read_or_create(&path).unwrap().1);
    let made = text(&path);
    assert!(!read_or_create(&path).unwrap().1 && text(&path) == made);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(names(dir.path()), ["k"], "nothing unfinished stays");
    let again = create(&path, None).unwrap_err();
    assert!(matches!(again, KeyError::File { error, .. } if error.kind() == ErrorKind::AlreadyExists));
    assert_eq!(text(&path), made);
}

#[test]
fn of_many_first_starts_at_once_all_have_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("k");
    let made = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..16).map(|_| scope.spawn(|| read_or_create(&path).unwrap())).collect();
        let starts: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        let sealed = starts[0].0.seal(b"row", b"x").unwrap();
        assert!(starts.iter().all(|(key, _)| key.open(b"row", &sealed).is_ok()));
        starts.iter().filter(|(_, made)| *made).count()
    });
    assert_eq!(made, 1);
}

#[test]
fn a_new_key_takes_its_place_and_each_one_before_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("k");
    read_or_create(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let held = KeyLock::take(&file).unwrap().unwrap();
    let mut before = vec![text(&file)];
    for _ in 0..3 {
        rehearse(&file, &held).unwrap();
        assert_eq!(&text(&file), before.last().unwrap(), "a rehearsal changes nothing");
        create(&next_file(&file), Some(&file)).unwrap();
        put_in_place(&file, &next_file(&file), &held).unwrap();
        before.push(text(&file));
    }
    assert_eq!(names(dir.path()), ["k", "k.lock", "k.old", "k.old.1", "k.old.2"]);
    let kept = ["k.old.1", "k.old.2", "k.old", "k"].map(|name| text(&dir.path().join(name)));
    assert_eq!(kept.to_vec(), before);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640, "as the one before");
}

#[test]
fn what_stands_in_the_way_is_put_aside_and_never_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let (file, next) = (dir.path().join("k"), dir.path().join("k.new"));
    read_or_create(&file).unwrap();
    let held = KeyLock::take(&file).unwrap().unwrap();
    set_aside(&next, &file, &held).unwrap();
    fs::write(&next, "left over").unwrap();
    set_aside(&next, &file, &held).unwrap();
    fs::create_dir(&next).unwrap();
    set_aside(&next, &file, &held).unwrap();
    fs::create_dir(old_file(&file)).unwrap();
    // Of a process that was killed while it wrote.
    fs::write(dir.path().join("k.old.tmp-0011223344556677"), "a part").unwrap();
    rehearse(&file, &held).unwrap();
    assert_eq!(names(dir.path()), ["k", "k.lock", "k.old", "k.old.1", "k.unused.1", "k.unused.2"]);
    assert_eq!(text(&dir.path().join("k.unused.1")), "left over");
    assert!(dir.path().join("k.old.1").is_dir());
    let found: Vec<_> =
        candidates(&file).into_iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(found, ["k", "k.new", "k.old", "k.old.1", "k.unused.1", "k.unused.2"]);
}

#[test]
fn the_lock_is_held_by_one_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("k");
    let held = KeyLock::take(&file).unwrap();
    assert!(held.is_some() && KeyLock::take(&file).unwrap().is_none());
    drop(held);
    assert!(KeyLock::take(&file).unwrap().is_some());
    let blocked = dir.path().join("b");
    fs::create_dir(with_suffix(&blocked, ".lock")).unwrap();
    assert!(KeyLock::take(&blocked).is_err());
}

#[test]
fn what_is_no_key_is_said_so_however_long_it_is() {
    assert!(matches!(read(Path::new("/dev/zero")), Err(KeyError::Malformed { .. })));
    assert!(matches!(read(Path::new("/no/such")), Ok(None)));
}
