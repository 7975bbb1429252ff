//! The metrics as Prometheus' own tools read them, and what `deploy/` makes of them.

use crate::{
    interop::python,
    metrics::{busy, scrape},
};
use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A name that must be escaped.
const ODD_NAME: &str = r#"to "x"\n"#;

/// Runs a program on this input.
fn run(command: &mut Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Prometheus' own checker. `make test` fetches it where it can.
#[expect(clippy::print_stdout, reason = "a test that does less should say so")]
fn promtool() -> Option<Command> {
    let tools = std::env::var_os("HOOKPOST_TOOLS")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/hookpost/tools")));
    let candidates = [Some(PathBuf::from("promtool")), tools.map(|tools| tools.join("bin/promtool"))];
    let works = |program: &PathBuf| Command::new(program).arg("--version").output().is_ok();
    let found = candidates.into_iter().flatten().find(works);
    if found.is_none() {
        println!("skipped: promtool is not there");
    }
    found.map(Command::new)
}

fn deployed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

#[tokio::test]
async fn the_official_parser_for_python_reads_the_metrics_and_finds_each_described() {
    let app = busy(ODD_NAME).await;
    let script = "
import sys
from prometheus_client.parser import text_string_to_metric_families as parse
names = set()
for family in parse(sys.stdin.read()):
    assert family.documentation.endswith('.'), family.name
    assert family.type in ('counter', 'gauge', 'histogram'), family
    assert family.name not in names, family.name
    names.add(family.name)
    for sample in family.samples:
        if sample.name == 'hookpost_forwards_queued': print(sample.labels['destination'])
        assert sample.value >= 0, sample
assert len(names) > 35, len(names)";
    let output = run(python().args(["-c", script]), &scrape(&app).await);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).trim_end(), ODD_NAME);
}

#[tokio::test]
async fn promtool_finds_nothing_to_say_of_the_metrics() {
    let Some(mut promtool) = promtool() else { return };
    let app = busy(ODD_NAME).await;
    let output = run(promtool.args(["check", "metrics"]), &scrape(&app).await);
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
}

#[test]
fn promtool_takes_the_alert_rules_and_they_fire_when_they_should() {
    let Some(mut check) = promtool() else { return };
    let output = check.args(["check", "rules"]).arg(deployed("prometheus-alerts.yml")).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let Some(mut test) = promtool() else { return };
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/data/prometheus-alerts.test.yml");
    let output = test.args(["test", "rules"]).arg(cases).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn promtool_reads_every_question_of_the_dashboard() {
    let Some(mut check) = promtool() else { return };
    let dashboard = std::fs::read_to_string(deployed("grafana-dashboard.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let rules: Vec<_> = targets
        .map(|target| target["expr"].as_str().unwrap().replace("$__rate_interval", "5m"))
        .enumerate()
        .map(|(n, question)| serde_json::json!({ "record": format!("question:{n}"), "expr": question }))
        .collect();
    assert!(rules.len() > 30, "{}", rules.len());
    // JSON is YAML.
    let file = tempfile::NamedTempFile::new().unwrap();
    let groups = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    std::fs::write(file.path(), groups.to_string()).unwrap();
    let output = check.args(["check", "rules"]).arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// Names of our series in a text, without what histograms append.
fn series(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part(c))
        .filter(|word| word.starts_with("hookpost_"))
        .map(|word| {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| word.strip_suffix(suffix));
            base.unwrap_or(word).to_owned()
        })
        .collect()
}

#[tokio::test]
async fn dashboard_alerts_and_documentation_speak_of_series_that_a_server_has() {
    let app = busy("orders").await;
    let heartbeat = hookpost::server::heartbeat::Heartbeat::new(
        &app.state,
        "https://alive.example.invalid/".parse().unwrap(),
    );
    assert!(heartbeat.is_ok());
    let exposed = series(
        &scrape(&app).await.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"),
    );
    let dashboard = std::fs::read_to_string(deployed("grafana-dashboard.json")).unwrap();
    let alerts = std::fs::read_to_string(deployed("prometheus-alerts.yml")).unwrap();
    for (name, text) in [("dashboard", &dashboard), ("alerts", &alerts)] {
        let used = series(text);
        assert!(used.len() > 8, "{name}: {used:?}");
        let unknown: Vec<_> = used.difference(&exposed).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    assert_eq!(series(&std::fs::read_to_string(documented).unwrap()), exposed, "docs/metrics.md");
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert!(variables.iter().any(|v| v["name"] == "datasource" && v["type"] == "datasource"));
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_i64().unwrap()), "{panel}");
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{panel}");
        }
    }
}
