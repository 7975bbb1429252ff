//! The view on a terminal: a live list, newest first, with keys.

mod draw;
mod table;

use super::{Beginning, lines, news::News, send::Command};
use crate::cli::CliError;
use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::StreamExt;
use ratatui::DefaultTerminal;
use secrecy::ExposeSecret;
use std::time::Duration;
use table::Table;
use tokio::sync::mpsc::{Receiver, Sender};

/// How often the screen is drawn, at most.
const FRAME: Duration = Duration::from_millis(50);

/// What is on the screen.
pub(super) struct Screen<'a> {
    begin: &'a Beginning,
    commands: Sender<Command>,
    table: Table,
    paused: bool,
    /// Why there is no connection, while there is none.
    lost: Option<String>,
    /// The last thing to know.
    note: String,
    shows_secret: bool,
}

/// Shows what happens until a person quits.
pub(super) async fn run(
    begin: &Beginning,
    read: &mut Receiver<News>,
    commands: Sender<Command>,
) -> Result<(), CliError> {
    // These stay above the prompt when the list is gone.
    lines::first_lines(begin)?;
    let mut terminal = Restored(ratatui::try_init()?);
    let mut screen = Screen {
        begin,
        commands,
        table: Table::default(),
        paused: false,
        lost: None,
        note: String::new(),
        shows_secret: false,
    };
    let outcome = screen.serve(&mut terminal.0, read).await;
    drop(terminal);
    outcome?;
    crate::cli::output::line(&screen.table.summary())
}

/// Gives the terminal back as it was, whichever way it ends.
struct Restored(DefaultTerminal);

impl Drop for Restored {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

impl Screen<'_> {
    async fn serve(
        &mut self,
        terminal: &mut DefaultTerminal,
        read: &mut Receiver<News>,
    ) -> Result<(), CliError> {
        let mut keys = EventStream::new();
        loop {
            terminal.draw(|frame| draw::draw(self, frame))?;
            tokio::select! {
                news = read.recv() => match news {
                    Some(news) => self.note(news),
                    None => return Ok(()),
                },
                event = keys.next() => match event {
                    Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                        if self.press(key) {
                            return Ok(());
                        }
                        continue;
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => return Err(error.into()),
                    // The terminal is gone.
                    None => return Ok(()),
                },
            }
            // Thousands in a second make no thousands of frames.
            tokio::time::sleep(FRAME).await;
            while let Ok(news) = read.try_recv() {
                self.note(news);
            }
        }
    }

    fn note(&mut self, news: News) {
        match news {
            News::Connected => self.lost = None,
            News::Lost(reason) => self.lost = Some(reason),
            News::Note(text) => self.note = text,
            News::Arrived(_) | News::Sending(_) | News::Sent(_) | News::Gone(_) => self.table.note(news),
        }
    }

    /// Says whether it was the key to quit.
    fn press(&mut self, key: KeyEvent) -> bool {
        self.note.clear();
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return true,
            KeyCode::Char('q') => return true,
            KeyCode::Down | KeyCode::Char('j') => self.table.select_older(1),
            KeyCode::Up | KeyCode::Char('k') => self.table.select_newer(1),
            KeyCode::PageDown => self.table.select_older(10),
            KeyCode::PageUp => self.table.select_newer(10),
            KeyCode::Home | KeyCode::Char('g') => self.table.select_newest(),
            KeyCode::End | KeyCode::Char('G') => self.table.select_older(usize::MAX),
            KeyCode::Char('r') | KeyCode::Enter => self.replay(self.table.selected().into_iter().collect()),
            KeyCode::Char('R') => self.replay(self.table.failed()),
            KeyCode::Char('o') => self.open(),
            KeyCode::Char('p') | KeyCode::Char(' ') => {
                self.paused = !self.paused;
                self.ask(Command::Pause(self.paused));
            }
            KeyCode::Char('s') => self.shows_secret = !self.shows_secret,
            _ => {}
        }
        false
    }

    fn replay(&mut self, ids: Vec<i64>) {
        if ids.is_empty() {
            self.note = "nothing to replay".to_owned();
        }
        for id in ids {
            self.ask(Command::Replay(id));
        }
    }

    fn ask(&mut self, command: Command) {
        if self.commands.try_send(command).is_err() {
            self.note = "too many deliveries are waiting; try again later".to_owned();
        }
    }

    fn open(&mut self) {
        let Some(id) = self.table.selected() else { return };
        let mut url = self.begin.server.clone();
        url.set_path(&format!("/events/{id}"));
        self.note = match webbrowser::open(url.as_str()) {
            Ok(()) => format!("opened {url}"),
            Err(_) => format!("could not open a browser; the delivery is at {url}"),
        };
    }

    fn secret(&self) -> String {
        match &self.begin.secret {
            Some(secret) if self.shows_secret => format!("signed with {}", secret.expose_secret()),
            Some(_) => "signed by Hookpost (press s to show the secret)".to_owned(),
            None => "verbatim".to_owned(),
        }
    }
}
