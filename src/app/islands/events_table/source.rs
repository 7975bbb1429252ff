//! One open connection to the live stream.

use crate::model::{delivery::DeliverySummary, destination::ForwardMark, ids::DeliveryId};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// What the stream says.
pub(super) enum Message {
    /// The connection stands.
    Opened,
    /// Rows, oldest first.
    Rows(Vec<DeliverySummary>),
    /// How forwards of deliveries stand now.
    Marks(Vec<(DeliveryId, ForwardMark)>),
    /// There was more than a stream carries.
    Resync,
    /// The session has ended.
    SignedOut,
    /// The connection broke; the browser tries again by itself.
    Broken,
    /// The server refused it: the browser does not try again.
    Refused,
}

/// Closed when dropped.
pub(super) struct Source {
    source: EventSource,
    /// The browser calls these as long as the connection lives.
    _listeners: Vec<Closure<dyn FnMut(Event)>>,
}

impl Source {
    /// Opens the stream at `address`. None when the browser cannot.
    pub(super) fn open(address: &str, on_message: impl Fn(Message) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let broken = {
            let source = source.clone();
            move |_: &Event| match source.ready_state() {
                EventSource::CLOSED => Some(Message::Refused),
                _ => Some(Message::Broken),
            }
        };
        let listeners = vec![
            listen(&source, "open", on_message.clone(), |_| Some(Message::Opened))?,
            listen(&source, "deliveries", on_message.clone(), rows)?,
            listen(&source, "forwards", on_message.clone(), marks)?,
            listen(&source, "resync", on_message.clone(), |_| Some(Message::Resync))?,
            listen(&source, "signed-out", on_message.clone(), |_| Some(Message::SignedOut))?,
            listen(&source, "error", on_message, broken)?,
        ];
        Some(Self { source, _listeners: listeners })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.close();
    }
}

fn listen(
    source: &EventSource,
    name: &str,
    on_message: impl Fn(Message) + 'static,
    read: impl Fn(&Event) -> Option<Message> + 'static,
) -> Option<Closure<dyn FnMut(Event)>> {
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some(message) = read(&event) {
            on_message(message);
        }
    });
    source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()?;
    Some(closure)
}

/// A frame that cannot be read comes from a newer server: the page has to be reloaded.
fn rows(event: &Event) -> Option<Message> {
    let data = event.dyn_ref::<MessageEvent>()?.data().as_string()?;
    Some(serde_json::from_str(&data).map_or(Message::Resync, Message::Rows))
}

fn marks(event: &Event) -> Option<Message> {
    let data = event.dyn_ref::<MessageEvent>()?.data().as_string()?;
    Some(serde_json::from_str(&data).map_or(Message::Resync, Message::Marks))
}
