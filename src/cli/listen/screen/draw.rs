//! Puts the list on the terminal. Everything received is shown with its control characters written out.

use super::{
    super::{lines::local_time, news::LocalResult},
    Screen,
    table::{Line, Standing},
};
use crate::model::visible::visible;
use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    style::{Color, Modifier, Style, Stylize},
    text,
    widgets::{Cell, Paragraph, Row, Table, TableState},
};

const KEYS: &str = "j/k select  r replay  R replay failed  o open  p pause  s secret  q quit";

pub(super) fn draw(screen: &Screen<'_>, frame: &mut Frame<'_>) {
    let parts = [Constraint::Length(2), Constraint::Min(1), Constraint::Length(2)];
    let [top, middle, bottom] = Layout::vertical(parts).areas(frame.area());
    frame.render_widget(Paragraph::new(head(screen)), top);
    let columns = Columns::fitting(middle.width);
    let names = columns.pick(["Time", "Type", "Endpoint", "Answer", "Took", ""].map(Cell::from));
    let table = Table::new(screen.table.lines().map(|line| row(line, columns)), columns.widths())
        .header(names.style(Style::new().add_modifier(Modifier::BOLD)))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = TableState::default().with_selected(screen.table.place());
    frame.render_stateful_widget(table, middle, &mut state);
    let keys = text::Line::from(KEYS).style(Style::new().add_modifier(Modifier::DIM));
    frame.render_widget(Paragraph::new(vec![text::Line::from(foot(screen)), keys]), bottom);
}

/// Which columns a window has room for.
#[derive(Clone, Copy)]
enum Columns {
    All,
    /// Time, type, answer.
    Few,
}

impl Columns {
    fn fitting(width: u16) -> Self {
        if width < 70 { Self::Few } else { Self::All }
    }

    fn widths(self) -> Vec<Constraint> {
        let (time, answer) = (Constraint::Length(8), Constraint::Length(15));
        match self {
            Self::All => {
                let (took, times) = (Constraint::Length(9), Constraint::Length(4));
                vec![time, Constraint::Fill(3), Constraint::Fill(2), answer, took, times]
            }
            Self::Few => vec![time, Constraint::Fill(1), answer],
        }
    }

    fn pick<'c>(self, [time, kind, endpoint, answer, took, times]: [Cell<'c>; 6]) -> Row<'c> {
        match self {
            Self::All => Row::new([time, kind, endpoint, answer, took, times]),
            Self::Few => Row::new([time, kind, answer]),
        }
    }
}

fn head<'s>(screen: &Screen<'_>) -> Vec<text::Line<'s>> {
    let state = match (&screen.lost, screen.paused) {
        (Some(reason), _) => format!("no connection: {}", visible(reason)).fg(Color::Red),
        (None, true) => "paused".fg(Color::Yellow),
        (None, false) => "live".fg(Color::Green),
    };
    let way = format!("  {} -> {}", screen.begin.server, screen.begin.forward);
    vec![text::Line::from(vec![state.bold(), text::Span::from(way)]), text::Line::from(screen.secret())]
}

fn foot(screen: &Screen<'_>) -> String {
    let summary = screen.table.summary();
    if screen.note.is_empty() { summary } else { format!("{summary} · {}", visible(&screen.note)) }
}

fn row(line: &Line, columns: Columns) -> Row<'static> {
    let (answer, took, color) = match &line.standing {
        Standing::Waiting => ("waiting".to_owned(), None, None),
        Standing::Sending => ("sending".to_owned(), None, Some(Color::Yellow)),
        Standing::Gone => ("not stored".to_owned(), None, Some(Color::Yellow)),
        Standing::Done(outcome) => {
            let color = if outcome.is_taken() { Color::Green } else { Color::Red };
            match outcome {
                LocalResult::Answered { status, ms } => (status.to_string(), Some(*ms), Some(color)),
                LocalResult::Failed { code, ms, .. } => ((*code).to_owned(), Some(*ms), Some(color)),
            }
        }
    };
    let answer = Cell::from(answer).style(color.map_or(Style::new(), |color| Style::new().fg(color)));
    let times = if line.attempts > 1 { format!("×{}", line.attempts) } else { String::new() };
    columns.pick([
        Cell::from(local_time(&line.row.received_at)),
        Cell::from(visible(line.row.event_type.as_deref().unwrap_or("(no type)"))),
        Cell::from(visible(&line.row.endpoint)),
        answer,
        Cell::from(took.map(|ms| format!("{ms} ms")).unwrap_or_default()),
        Cell::from(times),
    ])
}
