//! API tokens: what programs prove themselves with.

use super::words::words;
use super::{
    ids::{EndpointId, TokenId, UserId},
    user::Role,
};

words! {
    /// A part of the API that a token opens.
    #[derive(PartialOrd, Ord)]
    pub enum Scope("scopes") {
        /// Deliveries, the stream and incidents.
        Read = "read";
        /// Replays, results of laptops, acknowledging incidents.
        Replay = "replay";
        /// Handing in events.
        Ingest = "ingest";
        /// The audit log.
        Admin = "admin";
    }
}

impl Scope {
    /// The weakest role that may.
    pub fn needs(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Replay | Self::Ingest => Role::Member,
            Self::Admin => Role::Admin,
        }
    }

    /// What it is for, for people.
    pub fn about(self) -> &'static str {
        match self {
            Self::Read => "read: list and follow deliveries and incidents",
            Self::Replay => "replay: replay deliveries, report local results, acknowledge incidents",
            Self::Ingest => "ingest: submit events of your own",
            Self::Admin => "admin: read the audit log",
        }
    }

    /// All that a role may.
    pub fn of_role(role: Role) -> Vec<Self> {
        Self::ALL.into_iter().filter(|scope| scope.needs() <= role).collect()
    }

    /// Words of these, as they are stored and shown.
    pub fn words(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The user whom a token belongs to, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: UserId,
    /// Its e-mail.
    pub email: String,
    /// Its role.
    pub role: Role,
    /// Whether it was disabled.
    pub is_disabled: bool,
}

/// An API token, without the token itself: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Its name, unique; the audit log shows it.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// What it may do at most.
    pub role: Role,
    /// The parts of the API that it opens, of those that its role may.
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub scopes: Vec<Scope>,
    /// The endpoints whose deliveries it sees; none: every endpoint. An empty list: those it had are gone, it sees none.
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub endpoints: Option<Vec<EndpointId>>,
    /// Unix ms.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Whose it is; none: of the command line, or of nobody who is still known.
    #[cfg_attr(feature = "ssr", sqlx(skip))]
    pub owner: Option<Owner>,
    /// Unix ms; none: it does not expire.
    pub expires_at: Option<i64>,
    /// Unix ms, to the minute.
    pub last_used_at: Option<i64>,
    /// The address it was used from then.
    pub last_used_from: Option<String>,
    /// Unix ms.
    pub revoked_at: Option<i64>,
}

impl ApiToken {
    /// Whether it opens anything at `now` (unix ms).
    pub fn is_usable(&self, now: i64) -> bool {
        self.revoked_at.is_none()
            && self.expires_at.is_none_or(|at| now < at)
            && self.owner.as_ref().is_none_or(|owner| !owner.is_disabled)
    }

    /// The role it has now: its own, and never more than its owner's.
    pub fn role_now(&self) -> Role {
        self.owner.as_ref().map_or(self.role, |owner| owner.role.min(self.role))
    }

    /// Whether it may use this part of the API now.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) && scope.needs() <= self.role_now()
    }

    /// Whether it sees deliveries of this endpoint.
    pub fn sees(&self, endpoint: EndpointId) -> bool {
        self.endpoints.as_ref().is_none_or(|of| of.contains(&endpoint))
    }

    /// Whether the command line made it. One that has no owner otherwise is of someone who is not known any more.
    pub fn is_of_command_line(&self) -> bool {
        self.owner.is_none() && self.created_by.starts_with("command line")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn token(role: Role, owner: Option<(Role, bool)>) -> ApiToken {
        ApiToken {
            id: TokenId(Uuid::nil()),
            name: "ci".into(),
            hint: "abcd".into(),
            role,
            scopes: Scope::ALL.to_vec(),
            endpoints: None,
            created_at: 0,
            created_by: "ada@example.com".into(),
            owner: owner.map(|(role, is_disabled)| Owner {
                id: UserId(Uuid::nil()),
                email: "ada@example.com".into(),
                role,
                is_disabled,
            }),
            expires_at: Some(10),
            last_used_at: None,
            last_used_from: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_never_exceeds_its_owner() {
        let may = |token: &ApiToken| Scope::ALL.map(|scope| token.allows(scope));
        assert_eq!(may(&token(Role::Admin, Some((Role::Member, false)))), [true, true, true, false]);
        assert_eq!(may(&token(Role::Viewer, Some((Role::Admin, false)))), [true, false, false, false]);
        assert_eq!(may(&token(Role::Admin, None)), [true; 4]);
        let mut narrow = token(Role::Admin, None);
        narrow.scopes = vec![Scope::Ingest];
        assert_eq!(may(&narrow), [false, false, true, false]);
    }

    #[test]
    fn it_ends_with_its_owner_and_at_its_time() {
        assert!(token(Role::Viewer, Some((Role::Viewer, false))).is_usable(9));
        assert!(!token(Role::Viewer, Some((Role::Viewer, false))).is_usable(10));
        assert!(!token(Role::Viewer, Some((Role::Viewer, true))).is_usable(9));
    }

    #[test]
    fn no_endpoints_left_is_not_every_endpoint() {
        let (one, other) = (EndpointId(Uuid::from_u128(1)), EndpointId(Uuid::from_u128(2)));
        let mut token = token(Role::Viewer, None);
        assert!(token.sees(one));
        token.endpoints = Some(vec![one]);
        assert_eq!((token.sees(one), token.sees(other)), (true, false));
        token.endpoints = Some(Vec::new());
        assert!(!token.sees(one));
    }

    #[test]
    fn scopes_have_words() {
        assert_eq!("replay".parse(), Ok(Scope::Replay));
        assert!(
            "write".parse::<Scope>().is_err_and(|sentence| sentence.contains("read, replay, ingest, admin"))
        );
        assert_eq!(Scope::words(&Scope::of_role(Role::Member)), "read replay ingest");
    }
}
