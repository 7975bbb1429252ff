//! Ids as types of their own, so that one can never stand for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        #[cfg(feature = "ssr")]
        impl $name {
            /// A new id (UUIDv7: ids sort by the time they were made).
            #[expect(clippy::new_without_default, reason = "two calls give two ids: there is no default one")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// An endpoint.
    EndpointId
}
uuid_id! {
    /// A signing secret of an endpoint.
    SecretId
}
uuid_id! {
    /// A person who can log in.
    UserId
}
uuid_id! {
    /// A one-time link.
    InviteId
}
uuid_id! {
    /// Work on many deliveries.
    JobId
}
uuid_id! {
    /// What a program proves itself with.
    TokenId
}
uuid_id! {
    /// An outbound target.
    DestinationId
}
uuid_id! {
    /// A condition that is watched.
    RuleId
}
uuid_id! {
    /// A period in which a condition held.
    IncidentId
}
uuid_id! {
    /// A way by which people hear of incidents.
    ChannelId
}
uuid_id! {
    /// A copy of the database.
    BackupId
}

/// A delivery on its way to a destination. Given in the order in which they are queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct ForwardId(pub i64);

impl fmt::Display for ForwardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ForwardId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A stored delivery. Given by the writer in the order of commits (milliseconds of the commit, then a number), so it is
/// also the cursor of every page and the id of the live stream (`Last-Event-ID`). It is not random: no URL that bears it
/// is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

impl DeliveryId {
    /// Low bits that number the rows of one millisecond. An id stays below 2^53 until 2039 and then is still an `i64`.
    const ROW_BITS: u32 = 12;

    /// The smallest id that can be given at `ms` (unix ms): turns a bound on time into one on ids.
    pub fn at(ms: i64) -> Self {
        Self(ms.clamp(0, i64::MAX >> Self::ROW_BITS) << Self::ROW_BITS)
    }

    /// When it was given, unix ms: within moments of the receipt.
    pub fn given_at(self) -> i64 {
        self.0 >> Self::ROW_BITS
    }

    /// The id after this one at `now` (unix ms). It grows even when the clock goes back or more rows come in a
    /// millisecond than have a number, and is never given twice, not even after rows were deleted.
    pub fn next(self, now: i64) -> Self {
        Self(self.0.saturating_add(1)).max(Self::at(now))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DeliveryId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}
