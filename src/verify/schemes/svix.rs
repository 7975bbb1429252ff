//! Svix: Standard Webhooks under the names that its headers had before.
//!
//! <https://docs.svix.com/receiving/verifying-payloads/how-manual>

use super::{Example, Spec, standard_webhooks};
use crate::model::scheme::{EventKey, SchemeInfo, StandardHeaders};

const HEADERS: StandardHeaders =
    StandardHeaders { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "svix",
        label: "Svix",
        about: "Svix and services that send through it: svix-id, svix-timestamp, svix-signature",
        headers: &[HEADERS.id, HEADERS.timestamp, HEADERS.signature],
        event_key: EventKey::Header(&[HEADERS.id]),
        standard: Some(&HEADERS),
        ..standard_webhooks::SPEC.info
    },
    read: Some(|request, _| standard_webhooks::read(request, &HEADERS)),
    sign: Some(|secret, event, _| standard_webhooks::sign_with(&HEADERS, secret, event)),
    example: Some(Example {
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: &[
            (HEADERS.id, "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            (HEADERS.timestamp, "1614265330"),
            (HEADERS.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: r#"{"test": 2432232314}"#,
        url: None,
        now: 1_614_265_330,
    }),
};
