//! That each statement is one that the engine takes, with the values that it gets, and that its rows are read: on SQLite, and
//! on Postgres where `HOOKPOST_TEST_POSTGRES` names a server.

use super::*;
use crate::{
    crypto::DataKey,
    model::{
        audit::{Action, Actor, AuditFilter},
        backup::{Backup, BackupPlan, BackupState},
        channel::Channel,
        delivery::Outcome,
        destination::{
            Attempt, DeliveryPolicy, Destination, Edit, ForwardMark, ForwardState, LocalResult, ReplayMode,
        },
        endpoint::Endpoint,
        filter::{DeliveryFilter, VerdictFilter},
        hmac::HmacOptions,
        ids::{
            BackupId, ChannelId, DeliveryId, DestinationId, EndpointId, ForwardId, IncidentId, InviteId,
            JobId, RuleId, SecretId, TokenId, UserId,
        },
        incident::{EntryKind, Incident},
        invite::{Invite, InviteKind},
        job::{Job, JobKind, JobState},
        notice::{NoticeContent, NoticeKind},
        removal::RemovalKind,
        scheme::{Scheme, SecretFormat},
        severity::Severity,
        token::{ApiToken, Scope},
        user::{Role, User},
        which::Which,
    },
};
use secrecy::ExposeSecret;

const NOW: i64 = 1_800_000_000_000;
const DAY_MS: i64 = 86_400_000;

fn actor() -> Actor {
    Actor { user: None, name: "ada".into(), client: Some("::1".into()), at: NOW }
}

fn master_key() -> MasterKey {
    MasterKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "the test").unwrap()
}

/// With the proof of the master key.
async fn database() -> (Connection, MasterKey) {
    let (mut c, key) = (Connection::with_tables().await, master_key());
    key::seal_proof(&mut c, &key).await.unwrap();
    (c, key)
}

fn some_endpoint(name: &str) -> Endpoint {
    Endpoint {
        id: EndpointId::new(),
        name: name.into(),
        key: format!("key of {name}"),
        scheme: Scheme::HMAC,
        hmac: Some(HmacOptions::default()),
        enabled: true,
        body_limit: Some(7),
        retention_days: 90,
        secret_headers: vec!["x-one".into()],
        created_at: NOW,
        version: 1,
    }
}

fn some_destination(name: &str, endpoint: EndpointId, ordered: bool) -> Destination {
    Destination {
        id: DestinationId::new(),
        name: name.into(),
        origin: "https://h".into(),
        endpoints: Which::These(vec![endpoint]),
        types: vec!["batch.*".into()],
        condition: Some("true".into()),
        policy: DeliveryPolicy { ordered, ..DeliveryPolicy::default() },
        old_until: None,
        failures: 0,
        open_until: None,
        paused_at: None,
        paused_why: None,
        created_at: NOW,
        version: 1,
    }
}

async fn add_destination(c: &mut Connection, key: &MasterKey, one: &Destination) {
    let target = destinations::Target { url: "https://h/path".into(), headers: "a: b".into() };
    destinations::insert(c, key, one, &target, &"whsec_x".to_owned().into(), "ada").await.unwrap();
}

async fn deliver(
    c: &mut Connection,
    id: i64,
    endpoint: EndpointId,
    outcome: Outcome,
    secret: Option<SecretId>,
) {
    c.sql(
        "INSERT INTO deliveries (id, endpoint_id, received_at, outcome, reason, secret_id, old_secret, event_key, try_number, \
         event_type, event_id, resource, created_at, client, body_size, answer_status, answer_us) \
         VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7, 1, 'batch.failed', 'evt_1', 'batch_1', $3, '::1', 4, 200, 5)",
    )
    .bind(id)
    .bind(endpoint)
    .bind(NOW)
    .bind(outcome)
    .bind((outcome == Outcome::Rejected).then_some("no-signature"))
    .bind(secret)
    .bind(format!("wh_{id}"))
    .run()
    .await
    .unwrap();
    c.sql("INSERT INTO payloads (delivery_id, headers, body, verdict, body_sha256) VALUES ($1, $2, $3, '{}', $4)")
        .bind(id)
        .bind(&b"host: h\r\n"[..])
        .bind(&b"body"[..])
        .bind((id % 2 == 0).then(|| vec![7_u8; 32]))
        .run()
        .await
        .unwrap();
}

#[tokio::test]
async fn people_and_programs() {
    let (mut c, key) = database().await;
    let c = &mut c;
    let user = User {
        id: UserId::new(),
        email: "ada@example.com".into(),
        role: Role::Admin,
        disabled_at: None,
        created_at: NOW,
        last_login_at: None,
    };
    users::insert(c, &user, "hash").await.unwrap();
    assert!(users::insert(c, &user, "hash").await.is_err());
    assert_eq!(users::list(c).await.unwrap(), std::slice::from_ref(&user));
    assert!(users::any(c).await.unwrap() && users::still_has(c, user.id, "hash").await.unwrap());
    assert!(!users::has_other_admin(c, user.id).await.unwrap());
    users::note_login(c, user.id, NOW, Some("better")).await.unwrap();
    assert_eq!(users::with_hash(c, &user.email).await.unwrap().unwrap().1, "better");
    assert_eq!(users::set_role(c, user.id, Role::Member).await.unwrap().unwrap().role, Role::Member);
    users::set_disabled(c, user.id, None).await.unwrap().unwrap();
    users::unlock(c, user.id, NOW).await.unwrap().unwrap();
    assert_eq!(users::credentials(c, &user.email).await.unwrap().unwrap().unlocked_at, Some(NOW));
    assert!(users::set_password(c, user.id, "hash").await.unwrap());
    assert_eq!(users::by_id(c, user.id).await.unwrap().unwrap().last_login_at, Some(NOW));

    let (one, two) = ([1; 32], [2; 32]);
    let session = sessions::Session {
        token_hash: one.to_vec(),
        user_id: user.id,
        began_at: NOW,
        seen_at: NOW,
        client: "::1".into(),
        expires_at: NOW + 1,
    };
    sessions::insert(c, &session).await.unwrap();
    assert!(sessions::keep_once(c, &one, "kind", "object", b"sealed", NOW).await.unwrap());
    assert!(sessions::keep_once(c, &one, "kind", "object", b"again", NOW).await.unwrap());
    assert!(sessions::renew(c, &one, &two).await.unwrap());
    sessions::note_use(c, &two, NOW + 1).await.unwrap();
    assert_eq!(sessions::kept_once(c, &two, "kind").await.unwrap(), ["object"]);
    let once = sessions::take_once(c, &two, "kind", "object", NOW).await.unwrap();
    assert_eq!(once.as_deref(), Some(&b"again"[..]));
    assert_eq!(sessions::end_of(c, &two).await.unwrap(), Some(NOW + 1));
    let (found, whose) = sessions::user_of(c, &two).await.unwrap().unwrap();
    assert_eq!((found.seen_at, whose.email.as_str()), (NOW + 1, "ada@example.com"));
    assert_eq!(sessions::of_user(c, user.id).await.unwrap().len(), 1);
    assert_eq!(sessions::delete_of_user(c, user.id, Some(&two)).await.unwrap(), 0);
    assert_eq!(sessions::delete_own(c, user.id, &two).await.unwrap().as_deref(), Some("::1"));
    assert!(!sessions::delete(c, &two).await.unwrap());
    assert_eq!(sessions::delete_of_user(c, user.id, None).await.unwrap(), 0);

    devices::note(c, &one, user.id, NOW, NOW + 9).await.unwrap();
    assert!(devices::is_known(c, &one, user.id, NOW).await.unwrap());
    devices::delete_of_user(c, user.id).await.unwrap();

    let invite = Invite {
        id: InviteId::new(),
        kind: InviteKind::Invite,
        email: Some("bo@example.com".into()),
        role: Role::Viewer,
        created_at: NOW,
        expires_at: NOW + 9,
    };
    invites::insert(c, &invite, &one, Some(user.id)).await.unwrap();
    assert_eq!(invites::by_token(c, &one, NOW).await.unwrap(), Some(invite.clone()));
    assert_eq!(invites::list_open(c, NOW).await.unwrap().len(), 1);
    assert!(invites::use_up(c, invite.id, NOW).await.unwrap());
    invites::delete_open_by(c, user.id).await.unwrap();
    invites::delete_setup(c).await.unwrap();

    let token = ApiToken {
        id: TokenId::new(),
        name: "ci".into(),
        hint: "abcd".into(),
        role: Role::Member,
        scopes: Scope::ALL.to_vec(),
        endpoints: Some(vec![EndpointId::new()]),
        created_at: NOW,
        created_by: "ada".into(),
        owner: Some(crate::model::token::Owner {
            id: user.id,
            email: user.email.clone(),
            role: Role::Member,
            is_disabled: false,
        }),
        expires_at: Some(NOW + 9),
        last_used_at: None,
        last_used_from: None,
        revoked_at: None,
    };
    assert!(tokens::insert(c, &token, &one).await.unwrap());
    let of_machine = ApiToken { id: TokenId::new(), name: "cron".into(), owner: None, ..token.clone() };
    assert!(tokens::insert(c, &of_machine, &two).await.unwrap());
    assert_eq!(tokens::list(c).await.unwrap(), [token.clone(), of_machine]);
    assert_eq!(tokens::by_hash(c, &one).await.unwrap(), Some(token.clone()));
    assert_eq!(tokens::count_by_owner(c, NOW).await.unwrap(), [(user.id, 1)]);
    tokens::note_use(c, token.id, NOW, Some("::1")).await.unwrap();
    assert_eq!(tokens::revoke_of(c, user.id, NOW).await.unwrap(), [(token.id, "ci".to_owned())]);
    assert_eq!(tokens::revoke(c, token.id, NOW).await.unwrap(), None);

    let entry = actor().entry(Action::UserAdded, "id", "Ada's 100%", "detail");
    audit::insert(c, &entry).await.unwrap();
    audit::insert(c, &actor().entry(Action::EndpointChanged, "id", "x", "was y")).await.unwrap();
    let last = audit::last_change_of(c, "id").await.unwrap();
    assert_eq!(last, Some(("ada".to_owned(), "was y".to_owned())));
    let filter = AuditFilter {
        who: Some("AD".into()),
        action: Some("user.added".into()),
        since: Some(NOW),
        until: Some(NOW + 1),
    };
    for cursor in [audit::AuditCursor::Before(9), audit::AuditCursor::After(0)] {
        assert_eq!(audit::page(c, &filter, cursor, 9).await.unwrap().len(), 1);
    }

    assert_eq!(backups::plan(c).await.unwrap(), BackupPlan::default());
    backups::ask(c, "ada", NOW).await.unwrap();
    let passphrase = backups::Passphrase::Set("secret".to_owned().into());
    backups::save(c, &key, &BackupPlan { enabled: true, ..BackupPlan::default() }, &passphrase)
        .await
        .unwrap();
    let plan = backups::plan(c).await.unwrap();
    assert!(plan.enabled && plan.encrypted && plan.asked.is_some());
    assert_eq!(backups::passphrase(c, &key).await.unwrap().unwrap().expose_secret(), "secret");
    let mut backup = Backup {
        id: BackupId::new(),
        file: "f".into(),
        state: BackupState::Running,
        encrypted: false,
        actor: None,
        started_at: NOW,
        ended_at: None,
        bytes: None,
        row_count: None,
        problem: None,
    };
    backups::begin(c, &backup).await.unwrap();
    backup.state = BackupState::Failed;
    backups::end(c, &backup).await.unwrap();
    assert_eq!(backups::list(c, 9).await.unwrap(), std::slice::from_ref(&backup));
    assert_eq!(backups::last_begun(c, NOW).await.unwrap(), Some(backup.clone()));
    assert_eq!(backups::in_state(c, BackupState::Failed).await.unwrap().len(), 1);
    backups::removed(c, backup.id, None).await.unwrap();
    assert_eq!(backups::last_good(c).await.unwrap(), Some((NOW, NOW)));
    backups::wanting(c, 9).await.unwrap();

    key::data_key(c, &key).await.unwrap();
    key::data_key(c, &key).await.unwrap();
    assert!(key::unopened(c, &key).await.unwrap().is_empty());
    instance::id(c).await.unwrap();
    retention::note_clock(c, NOW).await.unwrap();
    assert_eq!(retention::clock_seen(c).await.unwrap(), Some(NOW));
    assert!(check::has_admin(c).await.is_ok() && !open::is_prerelease(c).await.unwrap());
    assert!(open::is_migrated(c).await.unwrap());
}

#[tokio::test]
async fn endpoints_and_deliveries() {
    let (mut c, key) = database().await;
    let c = &mut c;
    let endpoint = some_endpoint("a");
    endpoints::insert(c, &endpoint).await.unwrap();
    assert!(endpoints::insert(c, &endpoint).await.is_err());
    assert_eq!(endpoints::list(c).await.unwrap(), std::slice::from_ref(&endpoint));
    assert_eq!(endpoints::by_id(c, endpoint.id).await.unwrap(), Some(endpoint.clone()));
    assert!(endpoints::by_name(c, "b").await.unwrap().is_none());
    assert!(endpoints::set_enabled(c, endpoint.id, false).await.unwrap());
    assert!(endpoints::set_key(c, endpoint.id, "another").await.unwrap());
    assert!(endpoints::update(c, &endpoint).await.unwrap());
    assert!(revision::read(c).await.unwrap() > 0);
    let secret = secrets::NewSecret {
        id: SecretId::new(),
        endpoint_id: endpoint.id,
        label: "one".into(),
        format: SecretFormat::Text,
        kept: secrets::Kept::Here("a secret that is long enough".to_owned().into()),
        created_at: NOW,
        created_by: "ada".into(),
    };
    secrets::insert(c, &key, &secret).await.unwrap();
    assert_eq!(secrets::expire_active(c, endpoint.id, NOW + 9).await.unwrap(), 1);
    secrets::set_end(c, secret.id, Some(NOW + 99)).await.unwrap();
    assert_eq!(secrets::list(c, endpoint.id).await.unwrap()[0].hint, "ough");
    assert_eq!(secrets::open_all(c, &key).await.unwrap()[0].endpoint_id, endpoint.id);
    assert_eq!(rule_values::expiring(c, Some(endpoint.id), NOW).await.unwrap()[0].expires_at, NOW + 99);
    secrets::usage(c, endpoint.id, 0).await.unwrap();
    assert!(secrets::revoke(c, secret.id, NOW).await.unwrap());

    assert!(!deliveries::any(c).await.unwrap());
    let [first, second, third] = [1, 2, 3].map(|n| DeliveryId::at(NOW).0 + n);
    deliver(c, first, endpoint.id, Outcome::Accepted, Some(secret.id)).await;
    deliver(c, second, endpoint.id, Outcome::Rejected, None).await;
    deliver(c, third, EndpointId::new(), Outcome::Rejected, None).await;
    let bounds = (Some(NOW - 1), Some(NOW + 1));
    let filters = [
        DeliveryFilter {
            endpoint: Some("a".into()),
            event_type: Some("batch.*".into()),
            ..Default::default()
        },
        DeliveryFilter {
            event_type: Some("batch.failed".into()),
            id: Some("evt_1".into()),
            ..Default::default()
        },
        DeliveryFilter { within: Some(vec![endpoint.id]), ..Default::default() },
        DeliveryFilter { verdict: Some(VerdictFilter::Outcome(Outcome::Rejected)), ..Default::default() },
        DeliveryFilter { verdict: Some(VerdictFilter::Outcome(Outcome::Accepted)), ..Default::default() },
        DeliveryFilter { verdict: Some(VerdictFilter::Reason("no-signature".into())), ..Default::default() },
        DeliveryFilter { forward: Some(ForwardMark::Failing), ..Default::default() },
        DeliveryFilter { forward: Some(ForwardMark::Queued), ..Default::default() },
        DeliveryFilter { forward: Some(ForwardMark::Delivered), ..Default::default() },
    ];
    let mut found = Vec::new();
    for filter in filters {
        let mut counts = Vec::new();
        let newest = deliveries::Cursor::Newest;
        for cursor in [
            newest,
            deliveries::Cursor::OlderThan(DeliveryId(i64::MAX)),
            deliveries::Cursor::NewerThan(DeliveryId(0)),
        ] {
            counts.push(deliveries::page(c, &filter, bounds, cursor, 9).await.unwrap().len());
        }
        assert!(counts.iter().all(|count| *count == counts[0]), "{filter:?}: {counts:?}");
        forwards::standings(c, &filter, bounds).await.unwrap();
        deliveries::count_up_to(c, &filter, bounds, 9).await.unwrap();
        found.push(counts[0]);
    }
    assert_eq!(found, [2, 2, 2, 1, 1, 1, 0, 0, 0]);
    assert_eq!(deliveries::event_types(c, 9).await.unwrap(), ["batch.failed"]);
    let delivery = deliveries::by_id(c, DeliveryId(first)).await.unwrap().unwrap();
    assert_eq!((delivery.summary.endpoint.name.as_str(), delivery.summary.answer_status), ("a", 200));
    let bears = deliveries::with_key(c, endpoint.id, &format!("wh_{first}"), 9).await.unwrap();
    assert_eq!(bears.len(), 1);
    let within =
        deliveries::of_endpoints(c, &[DeliveryId(first), DeliveryId(third)], &[endpoint.id]).await.unwrap();
    assert_eq!(within, [DeliveryId(first)]);
    assert_eq!(deliveries::after_all(c, 0).await.unwrap(), DeliveryId(third + 1));
    assert_eq!(endpoints::newest_deliveries(c).await.unwrap(), [(endpoint.id, Some(DeliveryId(second)))]);
    for id in [first, second, third] {
        let cut = payloads::cut_body(c, DeliveryId(id)).await.unwrap().is_some();
        assert_eq!(payloads::payload(c, DeliveryId(id)).await.unwrap().unwrap().cut.is_some(), cut);
    }
    header_passes::start(c, endpoint.id, NOW).await.unwrap();
    header_passes::start(c, endpoint.id, NOW).await.unwrap();
    let pass = header_passes::next(c).await.unwrap().unwrap();
    let slice = header_passes::look(c, pass, &DataKey::from_bytes(&[1; 32])).await.unwrap();
    header_passes::store(c, &slice, NOW).await.unwrap();

    let result = LocalResult { listener: "laptop".into(), at: NOW, status: Some(204), error: None, ms: 3 };
    assert!(local_results::insert(c, DeliveryId(first), &result).await.unwrap());
    assert_eq!(local_results::of_delivery(c, DeliveryId(first)).await.unwrap()[0].status, Some(204));

    let verdict = reverifications::NewVerdict {
        delivery_id: DeliveryId(second),
        endpoint_id: endpoint.id,
        received_at: NOW,
        event_key: Some(format!("wh_{second}")),
        event_type: Some("batch.failed".into()),
        created_at: Some(NOW),
        was: Some("no-signature".into()),
        only_time: Some(4),
        matched: Some((secret.id, true)),
        forward_to: Vec::new(),
        verdict: "{}".into(),
        actor: "ada".into(),
        at: NOW,
    };
    assert_eq!(reverifications::record(c, &verdict).await.unwrap(), Some(Outcome::Accepted));
    assert_eq!(reverifications::of_delivery(c, DeliveryId(second)).await.unwrap().len(), 1);

    let (from, to) = (DeliveryId(0), DeliveryId(i64::MAX));
    let types = ["batch.failed".to_owned()];
    let failed = failed_resources::list(c, &types, (from, to), Some(endpoint.id), 9).await.unwrap();
    assert_eq!((failed[0].count, failed[0].newest), (2, DeliveryId(second)));
    assert_eq!(rule_values::told(c, "batch.failed", None, (NOW, NOW + 1)).await.unwrap().len(), 2);
    assert!(rule_values::tried(c, (NOW, NOW + 1)).await.unwrap().is_empty());

    // Those of the endpoint that is not there go at once, the others when they are too old.
    let gone = retention::delete_slice(c, NOW, None).await.unwrap();
    assert_eq!((gone.deleted, gone.died, gone.next), (1, 0, None));
    let later = NOW + 91 * DAY_MS;
    assert_eq!(retention::delete_slice(c, later, None).await.unwrap().deleted, 2);
    retention::delete_leftovers(c, later).await.unwrap();
    let pruned: Option<i64> = c.sql("SELECT pruned_to FROM endpoints").scalar().await.unwrap();
    assert_eq!(pruned, Some(NOW));
    check::without_secret(c, NOW).await.unwrap();
    check::references(c, NOW).await.unwrap();
    assert_eq!(check::body_limits_above(c, 5).await.unwrap().len(), 1);
    assert!(endpoints::remove(c, endpoint.id, NOW).await.unwrap());
    assert_eq!(removals::list(c, RemovalKind::Endpoint).await.unwrap()[0].name, "a");
    let mut slices = 0;
    while let Some(left) = removals::first(c).await.unwrap() {
        removals::slice(c, &left).await.unwrap();
        slices += 1;
        assert!(slices < 100);
    }
}

#[tokio::test]
async fn destinations_and_forwards() {
    let (mut c, key) = database().await;
    let c = &mut c;
    let endpoint = some_endpoint("a");
    endpoints::insert(c, &endpoint).await.unwrap();
    let one = some_destination("one", endpoint.id, true);
    let two = some_destination("two", endpoint.id, false);
    for destination in [&one, &two] {
        add_destination(c, &key, destination).await;
    }
    assert_eq!(destinations::list(c).await.unwrap(), [one.clone(), two.clone()]);
    assert_eq!(destinations::by_id(c, one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(destinations::by_name(c, "two").await.unwrap(), Some(two.clone()));
    assert!(destinations::rotate(c, &key, one.id, &"whsec_y".to_owned().into(), NOW + 9).await.unwrap());
    let opened = destinations::open_one(c, &key, one.id).await.unwrap().unwrap();
    assert_eq!((opened.target.url.as_str(), opened.old.is_some()), ("https://h/path", true));
    assert!(destinations::update(c, &key, &one, &opened.target).await.unwrap());
    assert_eq!(destinations::open_all(c, &key).await.unwrap().len(), 2);
    destinations::note_failures(c, one.id, 3, Some(NOW + 9)).await.unwrap();
    assert_eq!(destinations::failures(c, one.id).await.unwrap(), 3);
    assert!(destinations::set_paused(c, one.id, Some((NOW, "why"))).await.unwrap());
    assert!(destinations::set_paused(c, one.id, None).await.unwrap());

    let id = DeliveryId::at(NOW);
    deliver(c, id.0, endpoint.id, Outcome::Accepted, None).await;
    forwards::queue(c, &[(id, one.id), (id, two.id), (id, DestinationId::new())], NOW).await.unwrap();
    let queues = forwards::queues(c).await.unwrap();
    assert_eq!(queues.iter().map(|(_, depth)| depth.queued).collect::<Vec<_>>(), [1, 1]);
    let of_resource = "SELECT count(*) FROM forwards WHERE resource = 'batch_1' AND blocked = FALSE";
    assert_eq!(c.sql(of_resource).scalar::<i64>().await.unwrap(), 1);
    let edit = forwards::insert_edit(c, &Edit { headers: "a: b".into(), body: b"x".to_vec() }).await.unwrap();
    let job = Job {
        id: JobId::new(),
        kind: JobKind::Replay,
        filter: String::new(),
        destinations: vec![one.id],
        mode: ReplayMode::Fresh,
        rate: Some(7),
        before_id: id,
        cursor: DeliveryId(0),
        state: JobState::Running,
        sweep: false,
        note: None,
        seen: 0,
        changed: 0,
        total: 1,
        actor: "ada".into(),
        created_at: NOW,
        ended_at: None,
    };
    jobs::insert(c, &job).await.unwrap();
    let mut replays = Vec::new();
    for (job, edit) in [(None, Some(edit)), (Some(job.id), None)] {
        let mode = if edit.is_some() { ReplayMode::Edited } else { ReplayMode::Fresh };
        let new = forwards::NewReplay {
            delivery: id,
            destination: one.id,
            mode,
            webhook_id: None,
            edit,
            job,
            actor: "ada".into(),
            at: NOW,
        };
        replays.push(forwards::queue_replay(c, &new).await.unwrap().unwrap());
    }
    forwards::drop_unused_edit(c, edit).await.unwrap();
    assert!(forwards::edit_of(c, replays[0]).await.unwrap().is_some());
    assert_eq!(forwards::of_delivery(c, id).await.unwrap().len(), 4);
    assert!(
        jobs::set_paused(c, job.id, true).await.unwrap() && jobs::set_paused(c, job.id, false).await.unwrap()
    );
    assert!(jobs::advance(c, job.id, id, 1, 1).await.unwrap());
    assert_eq!(jobs::to_work_on(c, Some((0, job.id)), 9).await.unwrap().len(), 1);
    assert_eq!((jobs::count_open(c).await.unwrap(), jobs::count_running(c).await.unwrap()), (1, 1));
    assert!(forwards::has_untried(c, job.id).await.unwrap());
    for what in [forwards::Tell::Hold, forwards::Tell::Go, forwards::Tell::Hold] {
        assert_eq!(forwards::tell(c, job.id, what, 9).await.unwrap(), 1);
    }
    let due = forwards::due(c, NOW).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.due, due.urgent)).collect::<Vec<_>>().len(), 2);
    let claimed = forwards::claim(c, one.id, 9, false, NOW, NOW + 45_000).await.unwrap();
    assert_eq!(
        (claimed.len(), claimed[0].lost, claimed[0].forward.id),
        (2, 0, replays[0]),
        "who waits goes first"
    );
    forwards::renew(c, &[(claimed[0].forward.id, claimed[0].claim)], NOW + 50_000).await.unwrap();
    let attempt = Attempt {
        forward_id: claimed[0].forward.id,
        at: NOW,
        status: Some(503),
        error: None,
        message: None,
        ms: 9,
        request: String::new(),
        headers: String::new(),
        body: b"no".to_vec(),
    };
    let finished = forwards::Finished {
        attempt,
        claim: claimed[0].claim,
        destination: one.id,
        state: ForwardState::Dead,
        next_at: NOW,
        now: NOW,
        circuit: Some((1, Some(NOW + 9))),
    };
    assert!(forwards::finish(c, &finished).await.unwrap());
    forwards::release(c, claimed[1].forward.id, claimed[1].claim, NOW, false).await.unwrap();
    forwards::skip(c, claimed[1].forward.id, claimed[1].claim, "why", true).await.unwrap();
    assert_eq!(forwards::state_of(c, replays[0]).await.unwrap(), Some((ForwardState::Dead, 1)));
    assert_eq!(attempts::of_delivery(c, id).await.unwrap()[0].status, Some(503));
    assert_eq!(attempts::failures(c, one.id, 9).await.unwrap()[0].status.map(i64::from), Some(503));
    assert_eq!(forwards::dead(c, one.id, 9).await.unwrap().len(), 1);
    assert_eq!(rule_values::dead_at(c, None, NOW).await.unwrap(), [NOW]);
    assert!(forwards::failing(c, id).await.unwrap().is_empty(), "a newer one waits");
    assert_eq!(forwards::marks(c, &[id]).await.unwrap()[&id], ForwardMark::Queued);
    let depth = forwards::depth(c, one.id).await.unwrap();
    assert_eq!((depth.queued, depth.dead, depth.untold), (1, 1, 1));
    assert!(forwards::retry_now(c, replays[0], NOW).await.unwrap());
    assert_eq!(forwards::progress(c, job.id).await.unwrap()[0].queued, 1);
    assert!(forwards::astray(c, one.id, 0).await.unwrap().len() >= 2);
    let astray = forwards::astray(c, one.id, 0).await.unwrap();
    forwards::bring_back(c, &astray, 0).await.unwrap();
    forwards::end_astray_circuits(c, 0).await.unwrap();
    forwards::free_leases(c).await.unwrap();
    assert_eq!(forwards::tell(c, job.id, forwards::Tell::Stay, 9).await.unwrap(), 1);
    assert!(jobs::begin_to_stop(c, job.id).await.unwrap());
    jobs::swept(c, job.id, JobState::Stopping).await.unwrap();
    assert!(jobs::end(c, job.id, JobState::Cancelled, Some("why"), NOW).await.unwrap());
    assert_eq!(jobs::by_id(c, job.id).await.unwrap().unwrap().destinations, [one.id]);
    check::dead_forwards(c).await.unwrap();
    check::idle_destinations(c, NOW).await.unwrap();

    assert_eq!(destinations::forget_endpoint(c, endpoint.id).await.unwrap().len(), 2);
    assert!(destinations::remove(c, one.id, NOW).await.unwrap());
    assert!(destinations::by_name(c, "one").await.unwrap().is_none());
    add_destination(c, &key, &some_destination("one", endpoint.id, false)).await;
    let mut slices = 0;
    while let Some(left) = removals::first(c).await.unwrap() {
        removals::slice(c, &left).await.unwrap();
        slices += 1;
        assert!(slices < 100);
    }
    let left: Vec<ForwardId> = c.sql("SELECT id FROM forwards ORDER BY id").scalars().await.unwrap();
    assert_eq!(left.len(), 1, "those of the other destination stay");
    let edits: i64 = c.sql("SELECT count(*) FROM edits").scalar().await.unwrap();
    assert_eq!(edits, 0);
}

#[tokio::test]
async fn alerts() {
    let (mut c, key) = database().await;
    let c = &mut c;
    let endpoint = some_endpoint("a");
    endpoints::insert(c, &endpoint).await.unwrap();
    let missing = alert_presets::missing(c).await.unwrap();
    assert_eq!((missing.endpoints.as_slice(), missing.server), (&[endpoint.id][..], true));
    alert_presets::mark(c, alert_presets::SERVER).await.unwrap();
    alert_presets::mark(c, endpoint.id.0).await.unwrap();
    assert!(!alert_presets::missing(c).await.unwrap().server);
    let channel = Channel {
        id: ChannelId::new(),
        name: "on-call".into(),
        kind: "webhook".into(),
        settings: [("origin".to_owned(), "https://h".to_owned())].into(),
        min_severity: Severity::Warning,
        paused_at: None,
        failures: 0,
        error: None,
        created_at: NOW,
        created_by: "ada".into(),
        version: 1,
    };
    channels::insert(c, &key, &channel, &"{}".to_owned().into()).await.unwrap();
    assert_eq!(channels::list(c).await.unwrap(), std::slice::from_ref(&channel));
    assert_eq!(channels::by_name(c, "on-call").await.unwrap(), channels::by_id(c, channel.id).await.unwrap());
    assert!(channels::update(c, &key, &channel, &"{}".to_owned().into()).await.unwrap());
    assert_eq!(channels::open(c, &key, channel.id).await.unwrap().unwrap().expose_secret(), "{}");
    assert_eq!(channels::note_try(c, channel.id, Some("why")).await.unwrap(), 0);
    assert!(channels::any_usable(c).await.unwrap());

    let rule = crate::model::alert::StoredRule {
        id: RuleId::new(),
        kind: "silence".into(),
        endpoint: Some(endpoint.id),
        destination: None,
        object: Some("a".into()),
        settings: serde_json::from_str(
            r#"{"threshold":1,"recovery":1,"window":1,"least":0,"cooldown":0,"severity":"critical"}"#,
        )
        .unwrap(),
        enabled: true,
        created_at: NOW,
        changed_at: NOW,
        version: 1,
    };
    alert_rules::insert(c, &rule).await.unwrap();
    assert_eq!(alert_rules::list(c).await.unwrap(), std::slice::from_ref(&rule));
    assert!(alert_rules::update(c, rule.id, &rule.settings, NOW).await.unwrap());
    assert!(alert_rules::switch(c, rule.id, false, NOW).await.unwrap());
    assert_eq!(alert_rules::by_id(c, rule.id).await.unwrap().unwrap().version, 2);

    let incident = Incident {
        id: IncidentId::new(),
        rule: rule.id,
        kind: "silence".into(),
        endpoint: Some(endpoint.id),
        destination: None,
        object: Some("a".into()),
        severity: Severity::Critical,
        title: "t".into(),
        detail: "d".into(),
        settings: rule.settings.clone(),
        value: 2.0,
        worst: 2.0,
        opened_at: NOW,
        acknowledged: None,
        reminded_at: None,
        recovered_at: None,
        resolved: None,
        ended_at: None,
    };
    assert!(incidents::open(c, &incident).await.unwrap());
    assert!(!incidents::open(c, &Incident { id: IncidentId::new(), ..incident.clone() }).await.unwrap());
    incidents::observe(c, incident.id, 1.5).await.unwrap();
    let seen = Incident { value: 1.5, ..incident.clone() };
    assert_eq!(incidents::all_open(c).await.unwrap(), std::slice::from_ref(&seen));
    assert!(incidents::remind(c, incident.id, None, NOW).await.unwrap());
    assert!(!incidents::remind(c, incident.id, None, NOW).await.unwrap());
    assert!(incidents::acknowledge(c, incident.id, "ada", NOW).await.unwrap());
    incidents::note(c, incident.id, NOW, EntryKind::Note, Some("ada"), "looking").await.unwrap();
    assert_eq!(incidents::entries(c, incident.id).await.unwrap().len(), 2);

    let content = NoticeContent {
        incident: Some(incident.id),
        severity: Severity::Critical,
        title: "t".into(),
        text: "x".into(),
        rule: "silence".into(),
        object: None,
        url: "u".into(),
        opened_at: NOW,
        at: NOW,
    };
    for (kind, only) in [
        (NoticeKind::Opened, Which::All),
        (NoticeKind::Reminder, Which::These(vec![ChannelId::new()])),
        (NoticeKind::Recovered, Which::All),
    ] {
        assert_eq!(notices::queue(c, kind, &content, &only, NOW).await.unwrap(), 1);
    }
    assert_eq!(notices::waiting(c, NOW).await.unwrap(), [channel.id]);
    let due = notices::due(c, channel.id, NOW, 9).await.unwrap();
    assert_eq!((due.len(), &due[0].content), (3, &content));
    notices::note_failed(c, due[0].id, "why", Some(NOW + 9)).await.unwrap();
    notices::note_sent(c, due[1].id, NOW, None).await.unwrap();
    assert_eq!(notices::due(c, channel.id, NOW, 9).await.unwrap().len(), 0);
    assert_eq!(notices::first_of(c, channel.id, incident.id, i64::MAX).await.unwrap(), Some(due[0].id));
    assert_eq!(notices::of_incident(c, incident.id).await.unwrap().len(), 3);
    assert_eq!(notices::of_channel(c, channel.id, 2).await.unwrap().len(), 2);
    assert_eq!(notices::last_of_each(c).await.unwrap()[&channel.id].id, due[2].id);
    assert_eq!(notices::by_id(c, due[1].id).await.unwrap().unwrap().sent_at, Some(NOW));

    assert!(incidents::recover(c, incident.id, NOW + 1).await.unwrap());
    assert!(incidents::resolve(c, incident.id, "ada", NOW + 2).await.unwrap());
    let ended = incidents::ended(c, Some((NOW + 1, incident.id)), 9).await.unwrap();
    assert_eq!(ended, incidents::of_rule(c, rule.id, 9).await.unwrap());
    assert_eq!(ended[0].resolved, Some((NOW + 2, "ada".to_owned())));
    assert!(incidents::by_id(c, incident.id).await.unwrap().is_some());
    assert_eq!(incidents::last_ends(c).await.unwrap(), [(rule.id, NOW + 1)]);
    retention::delete_leftovers(c, NOW + 800 * DAY_MS).await.unwrap();
    assert!(incidents::by_id(c, incident.id).await.unwrap().is_none());
    assert!(alert_rules::remove(c, rule.id).await.unwrap());
    assert!(channels::set_paused(c, channel.id, Some(NOW)).await.unwrap());
    assert!(channels::remove(c, channel.id).await.unwrap());
}

#[tokio::test]
async fn counts_and_samples() {
    use counts::{Ask, By, Grain, Measure};
    use samples::{Gauge, Sample};
    let (mut c, _) = database().await;
    let c = &mut c;
    let endpoint = some_endpoint("a");
    endpoints::insert(c, &endpoint).await.unwrap();
    deliver(c, DeliveryId::at(NOW).0, endpoint.id, Outcome::Accepted, None).await;
    let (minute, day) =
        (NOW.div_euclid(60_000), (NOW.div_euclid(DAY_MS) * 1_440, NOW.div_euclid(DAY_MS) * 1_440 + 1_440));
    assert!(counts::check::differences(c, endpoint.id, day).await.unwrap() > 0);
    counts::check::rebuild(c, endpoint.id, day).await.unwrap();
    counts::check::rebuild(c, endpoint.id, day).await.unwrap();
    assert_eq!(counts::check::differences(c, endpoint.id, day).await.unwrap(), 0);
    assert_eq!(counts::check::countable(c).await.unwrap()[0].id, endpoint.id);
    counts::add_refused(c, NOW, &[("unknown-key", 2)]).await.unwrap();
    let of = Some(endpoint.id.0);
    let what = [Measure::Accepted, Measure::Refused];
    for ask in [
        Ask::new(&what, day),
        Ask::new(&what, (minute, minute + 1)),
        Ask::new(&what, day).grain(Grain::Hour),
        Ask::new(&what, day).grain(Grain::Minute).of(of).label(Some("batch.failed")),
    ] {
        for by in [
            &[][..],
            &[By::Object],
            &[By::Steps(30), By::Label],
            &[By::Object, By::Steps(1), By::Label, By::Bucket],
        ] {
            let sums = ask.sums(c, by).await.unwrap();
            assert_eq!(
                sums.iter().find(|sum| sum.what == Measure::Accepted).unwrap().count,
                1,
                "{ask:?} {by:?}"
            );
        }
        ask.labels(c, Grain::Minute).await.unwrap();
    }
    assert_eq!(counts::last_of_each(c, Measure::Accepted, 0).await.unwrap(), [(endpoint.id.0, minute)]);
    let active =
        counts::active_minutes(c, Some(endpoint.id), Some("batch.failed"), (minute + 1, minute + 9), 99)
            .await;
    assert_eq!(active.unwrap(), [minute]);
    for grain in [Grain::Minute, Grain::Hour] {
        assert!(counts::gaps(c, grain, 0, Some("batch.failed")).await.unwrap().is_empty());
    }
    for value in [1.0, 3.0, 2.0] {
        let samples = [
            Sample { gauge: Gauge::DiskUsed, of: None, value },
            Sample { gauge: Gauge::QueueAge, of: Some(DestinationId::new()), value },
        ];
        samples::write(c, minute, &samples).await.unwrap();
    }
    assert_eq!(samples::read(c, Gauge::DiskUsed, None, (0, i64::MAX)).await.unwrap(), [(minute, 3.0)]);
    assert_eq!(samples::minutes_run(c, (0, i64::MAX)).await.unwrap(), [minute]);
    while retention::delete_leftovers(c, NOW + 800 * DAY_MS).await.unwrap() {}
    assert!(Ask::new(&what, (0, i64::from(i32::MAX))).sums(c, &[]).await.unwrap().is_empty());
}

/// The tables with their columns, the indexes and the triggers that migrations make.
fn made_by(migrator: &sqlx::migrate::Migrator) -> std::collections::BTreeSet<String> {
    let (mut made, mut table) = (std::collections::BTreeSet::new(), None);
    for line in migrator.iter().flat_map(|migration| migration.sql.as_str().lines()) {
        match *line.split_whitespace().collect::<Vec<_>>() {
            ["CREATE", "TABLE", name, ..] => table = Some(name.to_owned()),
            ["CREATE", "UNIQUE", "INDEX", name, ..] | ["CREATE", "INDEX" | "TRIGGER", name, ..] => {
                made.insert(name.to_owned());
            }
            [column, ..] if line.starts_with("    ") && column.starts_with(char::is_lowercase) => {
                made.extend(table.as_ref().map(|table| format!("{table}.{column}")));
            }
            _ if line.starts_with(')') => table = None,
            _ => {}
        }
    }
    made
}

#[test]
fn both_engines_have_the_same_tables_columns_indexes_and_triggers() {
    let (sqlite, postgres) = (made_by(&sqlite::open::MIGRATOR), made_by(&postgres::MIGRATOR));
    assert!(sqlite.len() > 300, "{}", sqlite.len());
    assert_eq!(sqlite.symmetric_difference(&postgres).collect::<Vec<_>>(), [""; 0]);
}
