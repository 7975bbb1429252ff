//! OpenAI: Standard Webhooks, with help and a catalogue of event types.
//!
//! <https://platform.openai.com/docs/guides/webhooks>

use super::{Spec, standard_webhooks};
use crate::model::scheme::{Scheme, SchemeInfo};

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "openai",
        label: "OpenAI",
        about: "Batch, background responses, evals, fine-tuning and Realtime calls: Standard Webhooks with a whsec_… secret",
        sender_makes_secret: true,
        preset_of: Some("standard-webhooks"),
        tries_for_hours: Some(72),
        ..standard_webhooks::SPEC.info
    },
    ..standard_webhooks::SPEC
};

impl Scheme {
    /// The one that is chosen unless a person chooses.
    pub const OPENAI: Self = Self::of(&SPEC.info);
}
