//! Where secrets may be kept that stay outside the database.

use std::path::PathBuf;

/// What references may lead to, as the operator says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedReferences {
    /// Folders; files within them, however deep, can be named.
    pub dirs: Vec<PathBuf>,
    /// Names of variables, or beginnings of names with `*` at the end.
    pub env: Vec<String>,
    /// Files that cannot be named wherever they lie, and what lies beside them under their names: Hookpost's own.
    pub own: Vec<PathBuf>,
}
