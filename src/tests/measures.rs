//! The counts behind charts and alerts say what a full count of the rows says, whatever happened.

use crate::{
    app::{SECRET, TestApp},
    process::Workspace,
};
use hookpost::{
    db::{
        counts::{Ask, By, Grain, Measure, check},
        retention,
        reverifications::{self, NewVerdict},
        writer::NewDelivery,
    },
    model::{
        endpoint::{Endpoint, EndpointRef},
        ids::DeliveryId,
        scheme::{Scheme, SecretFormat},
    },
};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc, time::Instant};

const TYPES: [Option<&str>; 3] = [None, Some("batch.completed"), Some("response.failed")];
const REASONS: [Option<&str>; 4] = [None, None, Some("no-match"), Some("too-old")];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Deliver {
        endpoint: usize,
        late_ms: i64,
        key: Option<u8>,
        kind: usize,
        reason: usize,
        lag: Option<i64>,
    },
    Reverify {
        pick: usize,
    },
    /// Rows older than these minutes are deleted.
    Prune {
        minutes: i64,
    },
    Pass {
        minutes: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let lag = proptest::option::of(-5_000_i64..400_000);
    let deliver =
        (0..2_usize, 0..130_000_i64, proptest::option::of(0..6_u8), 0..TYPES.len(), 0..REASONS.len(), lag)
            .prop_map(|(endpoint, late_ms, key, kind, reason, lag)| Step::Deliver {
                endpoint,
                late_ms,
                key,
                kind,
                reason,
                lag,
            });
    prop_oneof![
        8 => deliver,
        2 => any::<usize>().prop_map(|pick| Step::Reverify { pick }),
        1 => (1..3_000_i64).prop_map(|minutes| Step::Prune { minutes }),
        3 => (0..400_i64).prop_map(|minutes| Step::Pass { minutes }),
    ]
}

/// A rejected delivery that may be verified again.
struct Rejected {
    id: DeliveryId,
    endpoint: usize,
    received_at: i64,
    key: Option<String>,
    kind: usize,
    reason: &'static str,
    created_at: Option<i64>,
}

struct History {
    app: TestApp,
    endpoints: Vec<Endpoint>,
    rejected: Vec<Rejected>,
    received: BTreeMap<usize, i64>,
}

impl History {
    async fn start() -> Self {
        let app = TestApp::spawn().await;
        let open = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
        let endpoints = vec![app.openai().await, open];
        Self { app, endpoints, rejected: Vec::new(), received: BTreeMap::new() }
    }

    async fn take(&mut self, step: Step) {
        let now = self.app.now_ms();
        match step {
            Step::Deliver { endpoint, late_ms, key, kind, reason, lag } => {
                let received_at = now - late_ms;
                let of = &self.endpoints[endpoint];
                let created_at = lag.map(|lag| received_at - lag);
                let key = key.map(|key| format!("wh_{key}"));
                let new = NewDelivery {
                    endpoint: Arc::new(EndpointRef {
                        id: of.id,
                        name: of.name.clone(),
                        unverified: !of.scheme.verifies,
                    }),
                    received_at,
                    started: Instant::now(),
                    reason: REASONS[reason],
                    secret_id: None,
                    old_secret: false,
                    only_time: None,
                    event_key: key.clone(),
                    event_type: TYPES[kind].map(str::to_owned),
                    event_id: None,
                    resource: None,
                    created_at,
                    forward_to: Vec::new(),
                    client: "127.0.0.1".into(),
                    headers: Default::default(),
                    sealed_headers: None,
                    body: "{}".into(),
                    body_sha256: None,
                    kept: Arc::default(),
                    verdict: "{}".into(),
                };
                let stored = self.app.state.db.submit(new).await.unwrap();
                *self.received.entry(endpoint).or_default() += 1;
                if let Some(reason) = REASONS[reason] {
                    let id = stored.summary.id;
                    self.rejected.push(Rejected { id, endpoint, received_at, key, kind, reason, created_at });
                }
            }
            Step::Reverify { pick } if !self.rejected.is_empty() => {
                let one = self.rejected.swap_remove(pick % self.rejected.len());
                let of = &self.endpoints[one.endpoint];
                let verdict = NewVerdict {
                    delivery_id: one.id,
                    endpoint_id: of.id,
                    received_at: one.received_at,
                    event_key: one.key,
                    event_type: TYPES[one.kind].map(str::to_owned),
                    created_at: one.created_at,
                    was: Some(one.reason.to_owned()),
                    only_time: None,
                    matched: Some((hookpost::model::ids::SecretId::new(), false)),
                    forward_to: Vec::new(),
                    verdict: "{}".into(),
                    actor: "test".into(),
                    at: now,
                };
                let mut tx = self.app.state.db.begin().await.unwrap();
                reverifications::record(&mut tx, &verdict).await.unwrap();
                tx.commit().await.unwrap();
            }
            Step::Reverify { .. } => {}
            Step::Prune { minutes } => {
                // Endpoints keep 90 days.
                let then = now - minutes * 60_000 + 90 * 86_400_000;
                let mut tx = self.app.state.db.begin().await.unwrap();
                retention::delete_slice(&mut tx, then, None).await.unwrap();
                tx.commit().await.unwrap();
            }
            Step::Pass { minutes } => self.app.set_clock(now + minutes * 60_000),
        }
    }

    async fn differences(&self) -> i64 {
        let mut connection = self.app.state.db.read().await.unwrap();
        let mut all = 0;
        for endpoint in check::countable(&mut connection).await.unwrap() {
            for day in endpoint.days(self.app.now_ms()) {
                all += check::differences(&mut connection, endpoint.id, day).await.unwrap();
            }
        }
        all
    }

    /// Deliveries that were counted, by endpoint; at a grain, or at both.
    async fn counted(&self, grain: Option<Grain>) -> BTreeMap<usize, i64> {
        let range = (0, self.app.now_ms() / 60_000 + 60);
        let mut connection = self.app.state.db.read().await.unwrap();
        let ask = Ask::new(&Measure::OUTCOMES, range);
        let ask = if let Some(grain) = grain { ask.grain(grain) } else { ask };
        let mut all = BTreeMap::new();
        for sum in ask.sums(&mut connection, &[By::Object]).await.unwrap() {
            let endpoint = self.endpoints.iter().position(|e| e.id.0 == sum.of).unwrap();
            *all.entry(endpoint).or_default() += sum.count;
        }
        all
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_counts_of_any_history_are_those_of_its_rows(steps in proptest::collection::vec(step(), 1..120)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut history = History::start().await;
            for step in steps {
                history.take(step).await;
            }
            assert_eq!(history.differences().await, 0);
            // Deleted rows stay counted.
            for grain in [Some(Grain::Minute), Some(Grain::Hour), None] {
                assert_eq!(history.counted(grain).await, history.received, "{grain:?}");
            }
        });
    }
}

#[tokio::test]
async fn lag_and_answer_time_are_read_as_histograms() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", &crate::app::event("batch.completed", "b")).send().await.unwrap();
    let minute = app.now_ms() / 60_000;
    let mut connection = app.state.db.read().await.unwrap();
    let range = (minute, minute + 1);
    let times = Ask::new(&[Measure::Lag, Measure::Answer], range).grain(Grain::Minute);
    let all = times.of(Some(endpoint.id.0)).sums(&mut connection, &[By::Steps(1), By::Bucket]).await.unwrap();
    // The event was made a second before.
    let lag: Vec<_> =
        all.iter().filter(|one| one.what == Measure::Lag).map(|one| (one.bucket, one.count)).collect();
    assert_eq!((lag, all.len()), (vec![(1_000, 1)], 2));
    let labels = Ask::new(&Measure::OUTCOMES, range).labels(&mut connection, Grain::Hour).await.unwrap();
    assert_eq!((labels[0].label.as_str(), labels[0].count), ("batch.completed", 1));
}

#[test]
fn wrong_counts_are_found_and_mended_beside_a_running_server() {
    let workspace = Workspace::new();
    let made = workspace.json(&["endpoint", "add", "prod", "--secret-stdin", "--json"], SECRET.as_bytes());
    let server = workspace.serve(&[]);
    let path = made["ingest_url"].as_str().unwrap();
    let url = format!("{}{}", server.base_url, &path[path.find("/in/").unwrap()..]);
    workspace.run(&["send", &url, "--secret-stdin", "--count", "20"], SECRET.as_bytes());
    let check = |what: &str| {
        let output = workspace.run(&["rollups", what], b"");
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let same = "prod: matches a full count\n".to_owned();
    assert_eq!(check("check"), (Some(0), same.clone()));
    let spoil = "import sqlite3; c = sqlite3.connect('hookpost.db', timeout=5); \
        c.execute(\"UPDATE counts SET count = count + 1 WHERE what = 'accepted' AND grain = 1\"); c.commit()";
    let spoilt =
        std::process::Command::new("python3").args(["-c", spoil]).current_dir(workspace.path(".")).status();
    assert!(spoilt.unwrap().success());
    assert_eq!(check("check").0, Some(1));
    assert_eq!(check("rebuild"), (Some(0), same.clone()));
    assert_eq!(check("check"), (Some(0), same));
    server.stop();
}
