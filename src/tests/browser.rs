//! A browser without JavaScript: cookies, form posts, no redirects followed.

use crate::{app::TestApp, process::Workspace};
use std::{collections::HashMap, sync::Mutex};

/// An answer as the tests look at it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Where it redirects to, or empty.
    pub location: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

/// Keeps cookies.
pub struct Browser {
    base_url: String,
    http: reqwest::Client,
    cookies: Mutex<HashMap<String, String>>,
}

impl Browser {
    /// One without cookies.
    pub fn new(app: &TestApp) -> Self {
        let base_url = format!("http://{}", app.address);
        Self { base_url, http: app.http.clone(), cookies: Mutex::default() }
    }

    /// One of an admin who is logged in to a running process.
    pub async fn of_process(workspace: &Workspace, base_url: &str) -> Self {
        let (email, password) = ("admin@example.com", "correct horse battery staple");
        let add = ["user", "add", "--email", email, "--role", "admin", "--password-stdin", "--json"];
        workspace.json(&add, password.as_bytes());
        let http = hookpost::net::operator_client().unwrap();
        let browser = Self { base_url: base_url.to_owned(), http, cookies: Mutex::default() };
        browser.get("/login").await;
        let answer = browser.post("/do/login", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.location, "/", "{}", answer.text);
        browser
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::GET, path).header("accept", "text/html")).await
    }

    /// Sends a form, as one does on our own page.
    pub async fn post<V: AsRef<str>>(&self, path: &str, form: &[(&str, V)]) -> Answer {
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        let request = self
            .request(reqwest::Method::POST, path)
            .header("origin", &self.base_url)
            .header("accept", "text/html");
        self.send(request.form(&pairs)).await
    }

    /// A request with the cookies, to be completed.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.http.request(method, format!("{}{path}", self.base_url)).header("cookie", cookies.join("; "))
    }

    /// Sends it and keeps the cookies of the answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        let headers = answer.headers().clone();
        let location = headers.get("location").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        Answer { status: answer.status().as_u16(), location, headers, text: answer.text().await.unwrap() }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Sets a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.into(), value.into());
    }
}
