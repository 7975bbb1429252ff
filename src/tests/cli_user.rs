//! `hookpost user`.

use crate::process::Workspace;
use serde_json::Value;

const PASSWORD: &[u8] = b"correct horse battery\n";

fn add(workspace: &Workspace, email: &str, role: &str) -> Value {
    workspace.json(&["user", "add", "--email", email, "--role", role, "--password-stdin", "--json"], PASSWORD)
}

#[test]
fn users_are_added_listed_disabled_and_enabled() {
    let workspace = Workspace::new();
    let made = add(&workspace, " Ada@Example.com", "admin");
    assert_eq!((made["email"].as_str(), made["role"].as_str()), (Some("ada@example.com"), Some("admin")));
    add(&workspace, "bo@example.com", "viewer");
    let state = |verb: &str| {
        workspace.json(&["user", verb, "--email", "bo@example.com", "--json"], b"")["disabled"].clone()
    };
    assert_eq!((state("disable"), state("enable")), (Value::Bool(true), Value::Bool(false)));
    let listed = workspace.json(&["user", "list", "--json"], b"");
    assert_eq!(listed[0], made, "one shape in every command");
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("argon2"), "no hash is ever shown");
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence_and_by_the_exit_code() {
    let workspace = Workspace::new();
    add(&workspace, "ada@example.com", "admin");
    let add = |email: &'static str, role: &'static str| {
        vec!["user", "add", "--email", email, "--role", role, "--password-stdin"]
    };
    let set = vec!["user", "set-password", "--email", "no@example.com", "--password-stdin"];
    let without_stdin = vec!["user", "add", "--email", "bo@example.com", "--role", "viewer"];
    for (args, stdin, code, sentence) in [
        (add("ada@example.com", "viewer"), PASSWORD, 1, "a user with this e-mail already exists"),
        (add("nonsense", "viewer"), PASSWORD, 2, "email: must be an address such as ada@example.com"),
        (add("bo@example.com", "viewer"), b"short", 2, "password: must be 12 to 256 characters"),
        (add("bo@example.com", "viewer"), b"", 2, "password: must be 12 to 256 characters"),
        (add("bo@example.com", "boss"), PASSWORD, 2, "possible values: viewer, member, admin"),
        (without_stdin, PASSWORD, 2, "--password-stdin"),
        (set, PASSWORD, 1, "no@example.com: no such user"),
        (vec!["user", "disable", "--email", "ada@example.com"], b"", 1, "This is the only admin"),
    ] {
        let output = workspace.run(&args, stdin);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(sentence), "{args:?}: {said}");
        assert!(!said.contains("horse"), "a password is never repeated");
    }
}

#[tokio::test]
async fn a_password_set_beside_a_running_server_is_the_one_that_counts() {
    let workspace = Workspace::new();
    add(&workspace, "ada@example.com", "admin");
    let server = workspace.serve(&[]);
    let http = hookpost::net::operator_client().unwrap();
    let page = async |cookie: &str| {
        let request = http.get(format!("{}/events", server.base_url)).header("accept", "text/html");
        request.header("cookie", cookie).send().await.unwrap().status().as_u16()
    };
    let log_in = async |password: &str| {
        let request = http.post(format!("{}/do/login", server.base_url)).header("accept", "text/html");
        let form = [("email", "ada@example.com"), ("password", password)];
        let answer = request.header("origin", &server.base_url).form(&form).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        (answer.headers()["location"].to_str().unwrap().to_owned(), cookie)
    };
    let (to, cookie) = log_in("correct horse battery").await;
    assert_eq!((to.as_str(), page(&cookie).await), ("/", 200));
    let args = ["user", "set-password", "--email", "ada@example.com", "--password-stdin", "--json"];
    workspace.json(&args, b"another long password");
    assert_eq!(page(&cookie).await, 303, "its sessions have ended");
    assert_eq!(log_in("correct horse battery").await.0, "/login");
    assert_eq!(log_in("another long password").await.0, "/");
    server.stop();
}
