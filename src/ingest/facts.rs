//! What a payload says about its event. Nothing is demanded of it: whatever is not there, or not as expected, is left out.

use crate::model::{headers::HeaderList, scheme::Scheme, time::parse_rfc3339};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// Longer texts are no types or ids; they stay in the body.
const LONGEST: usize = 256;

/// What lists show of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `type`, or the header that the scheme uses.
    pub event_type: Option<String>,
    /// Body `id` (`evt_…`).
    pub event_id: Option<String>,
    /// `data.id` (`batch_…`), `data.call_id`, `data.session_id`, or `data.object.id`.
    pub resource: Option<String>,
    /// When the sender made the event, unix ms.
    pub created_at: Option<i64>,
}

impl Facts {
    /// Reads the facts of a request.
    pub fn of(scheme: Scheme, headers: &HeaderList, body: &[u8]) -> Self {
        let Body { r#type, id, created_at, created, timestamp, data } =
            serde_json::from_slice(body).unwrap_or_default();
        let event_type = scheme.type_header().and_then(|name| headers.get(name)).and_then(short_text);
        Self {
            event_type: event_type.or_else(|| r#type.text()),
            event_id: id.text(),
            resource: data.resource(),
            created_at: [created_at, created, timestamp].into_iter().find_map(Scalar::time),
        }
    }
}

fn short_text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().filter(|t| !t.is_empty() && t.len() <= LONGEST).map(str::to_owned)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    r#type: Scalar,
    id: Scalar,
    created_at: Scalar,
    created: Scalar,
    timestamp: Scalar,
    data: Data,
}

/// A string or a number; everything else counts as missing, so that one odd field does not hide the others.
#[derive(Default)]
enum Scalar {
    #[default]
    Missing,
    Text(String),
    Number(f64),
}

impl Scalar {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => short_text(text.as_bytes()),
            _ => None,
        }
    }

    /// Unix seconds (OpenAI's `created_at`, Stripe's `created`) or RFC 3339 (Standard Webhooks' `timestamp`).
    fn time(self) -> Option<i64> {
        match self {
            Self::Missing => None,
            Self::Text(text) => parse_rfc3339(&text),
            // Year 9999: what is beyond is no time in seconds.
            Self::Number(s) if (0.0..253_402_300_800.0).contains(&s) => Some((s * 1_000.0) as i64),
            Self::Number(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
                Ok(Scalar::Missing)
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Missing)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Missing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Missing)
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// The object `data`, or nothing of it.
#[derive(Default)]
struct Data {
    id: Scalar,
    call_id: Scalar,
    session_id: Scalar,
    object: Option<Box<Data>>,
}

impl Data {
    fn resource(self) -> Option<String> {
        let nested = self.object.and_then(|object| object.resource());
        [self.id, self.call_id, self.session_id].into_iter().find_map(Scalar::text).or(nested)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DataVisitor;

        impl<'de> Visitor<'de> for DataVisitor {
            type Value = Data;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
                let mut data = Data::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "id" => data.id = map.next_value()?,
                        "call_id" => data.call_id = map.next_value()?,
                        "session_id" => data.session_id = map.next_value()?,
                        "object" => data.object = Some(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(data)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Data::default())
            }

            fn visit_str<E>(self, _: &str) -> Result<Data, E> {
                Ok(Data::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Data, E> {
                Ok(Data::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Data, E> {
                Ok(Data::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Data, E> {
                Ok(Data::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<Data, E> {
                Ok(Data::default())
            }

            fn visit_unit<E>(self) -> Result<Data, E> {
                Ok(Data::default())
            }
        }

        deserializer.deserialize_any(DataVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(body: &str) -> Facts {
        Facts::of(Scheme::OpenAi, &HeaderList::default(), body.as_bytes())
    }

    #[test]
    fn a_thin_openai_event_is_read_whole() {
        let body = r#"{"id": "evt_1", "object": "event", "type": "batch.completed", "created_at": 1750287078, "data": {"id": "batch_1"}}"#;
        let expected = Facts {
            event_type: Some("batch.completed".into()),
            event_id: Some("evt_1".into()),
            resource: Some("batch_1".into()),
            created_at: Some(1_750_287_078_000),
        };
        assert_eq!(facts(body), expected);
    }

    #[test]
    fn a_call_is_the_resource_of_a_call_event() {
        let body = r#"{"type":"realtime.call.incoming","data":{"sip_headers":[{"name":"From","value":"x"}],"call_id":"rtc_1"}}"#;
        assert_eq!(facts(body).resource.as_deref(), Some("rtc_1"));
    }

    #[test]
    fn one_odd_field_does_not_hide_the_others() {
        let body = r#"{"id":{"a":[1]},"type":"x.y","created_at":[],"timestamp":"2022-11-03T20:26:10.344Z","data":[{"id":"no"}]}"#;
        let expected =
            Facts { event_type: Some("x.y".into()), created_at: Some(1_667_507_170_344), ..Facts::default() };
        assert_eq!(facts(body), expected);
    }

    #[test]
    fn what_is_no_json_object_has_no_facts() {
        let deep = "[".repeat(100_000);
        for body in
            ["", "null", "[]", "\"x\"", "{", "\u{0}", &deep, r#"{"created_at":1e300}"#, r#"{"type":""}"#]
        {
            assert_eq!(facts(body), Facts::default(), "{}", &body[..body.len().min(20)]);
        }
    }

    #[test]
    fn github_names_the_type_in_a_header() {
        let mut headers = HeaderList::default();
        headers.push("x-github-event", b"push");
        let facts = Facts::of(Scheme::Github, &headers, b"{\"type\":\"other\"}");
        assert_eq!(facts.event_type.as_deref(), Some("push"));
    }
}
