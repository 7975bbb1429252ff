//! Rebuilds the server when the browser half of the UI, which it carries inside, was built again; or a migration came in.

fn main() {
    // A debug build reads the UI's files at run time: it need not be built anew for them.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // A watched path that is missing would make cargo build everything anew each time.
        if let Err(error) = std::fs::create_dir_all("target/site") {
            println!("cargo::warning=target/site cannot be made: {error}");
        }
        println!("cargo::rerun-if-changed=target/site");
    }
    println!("cargo::rerun-if-changed=migrations");
}
