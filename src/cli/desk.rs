//! What commands work with.

use super::CliError;
use crate::{
    db::Db,
    model::audit::Actor,
    runtime::{clock::Clock, config::Settings},
    server::master_key,
};

/// What every command was told, and the time.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    /// For programs, not for people.
    pub(super) as_json: bool,
}

impl Desk {
    /// Runs a command on the database, beside a server that may be running, and closes it whatever came of it. What changes
    /// or tells of what is there makes none (`may_make`): of a mistyped name nobody should hear that all is done.
    pub(super) async fn on_database(
        &self,
        may_make: bool,
        command: impl AsyncFnOnce(&Db) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let file = &self.settings.database;
        if !may_make && !file.exists() {
            let shown = file.display();
            return Err(CliError::usage(format!(
                "there is no database {shown}; set the file with --database"
            )));
        }
        let db = Db::open_beside(file, master_key(&self.settings)?, self.clock.clone()).await?;
        let outcome = command(&db).await;
        db.close().await;
        outcome
    }

    /// Who acts, for the audit log.
    pub(super) fn by(&self) -> Actor {
        Actor::command_line(self.clock.now_ms())
    }
}
