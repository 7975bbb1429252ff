//! Signatures over another body than the one that arrived.

use super::{Rules, Suspect};
use crate::{
    model::{
        json::{Spacing, write},
        verdict::{BodyChange, Cause},
    },
    verify::{Signed, read},
};
use serde_json::Value;

/// Larger bodies are not written again: it would take longer than a person waits.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether a secret of the endpoint made the signature over a body that differs in a known way.
pub(super) fn find(rules: Rules<'_>, request: &Signed<'_>, suspects: &[Suspect<'_>]) -> Option<Cause> {
    if request.body.len() > MOST_BYTES {
        return None;
    }
    let current = suspects.iter().filter(|suspect| suspect.is_current());
    let secrets: Vec<_> = current.filter_map(|suspect| suspect.parsed(rules.scheme)).collect();
    variants(request.body).into_iter().filter(|(_, body)| body != request.body).find_map(|(change, body)| {
        let claim = read(rules, &Signed { body: &body, ..*request }).ok().flatten()?;
        secrets.iter().any(|secret| claim.is_signed_with(secret)).then_some(Cause::BodyChanged { change })
    })
}

fn variants(body: &[u8]) -> Vec<(BodyChange, Vec<u8>)> {
    let mut all = Vec::new();
    if let Ok(value) = serde_json::from_slice::<Value>(body.strip_prefix(BOM).unwrap_or(body)) {
        let written = |spacing, sorted, ascii| write(&value, spacing, sorted, ascii).into_bytes();
        all.push((BodyChange::CompactJson, written(Spacing::Compact, false, false)));
        all.push((BodyChange::PythonJson, written(Spacing::Python, false, false)));
        all.push((BodyChange::PythonAsciiJson, written(Spacing::Python, false, true)));
        all.push((BodyChange::SortedJson, written(Spacing::Compact, true, false)));
        all.push((BodyChange::SortedPythonJson, written(Spacing::Python, true, false)));
        all.push((BodyChange::SortedPythonJson, written(Spacing::Python, true, true)));
        all.push((BodyChange::IndentedJson, written(Spacing::Indented, false, false)));
    }
    let lf = replace(body, b"\r\n", b"\n");
    all.push((BodyChange::CrLf, replace(&lf, b"\n", b"\r\n")));
    all.push((BodyChange::Lf, lf));
    if let Some(rest) = body.strip_prefix(BOM) {
        all.push((BodyChange::WithoutBom, rest.to_vec()));
    } else {
        all.push((BodyChange::WithBom, [BOM, body].concat()));
    }
    let without = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n"));
    if let Some(rest) = without {
        all.push((BodyChange::WithoutLastLineEnd, rest.to_vec()));
    }
    all.push((BodyChange::WithLastLineEnd, [body, b"\n"].concat()));
    all.push((BodyChange::WithLastLineEnd, [body, b"\r\n"].concat()));
    all.push((BodyChange::Empty, Vec::new()));
    all
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = after;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}
