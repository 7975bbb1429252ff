//! The size of the UI's WASM as browsers load it.

use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The browser half of the UI.
#[derive(Clone, Debug, Serialize)]
pub struct Wasm {
    /// Bytes that go over the wire, compressed with brotli.
    pub brotli_bytes: u64,
    /// Bytes as compiled.
    pub bytes: u64,
}

impl Wasm {
    /// Measures the one in this folder; none when the UI was not built.
    pub fn measure(folder: &Path) -> Result<Option<Self>> {
        let Some(wasm) = newest_wasm(folder) else { return Ok(None) };
        let compressed = wasm.with_extension("wasm.br");
        let brotli_bytes =
            if compressed.is_file() { fs::metadata(&compressed)?.len() } else { compress(&wasm)? };
        Ok(Some(Self { brotli_bytes, bytes: fs::metadata(&wasm)?.len() }))
    }
}

/// A folder may hold those of earlier builds.
fn newest_wasm(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let wasm = files.filter(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    wasm.max_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).ok())
}

/// Node has brotli, and the UI is not built without Node.
fn compress(wasm: &Path) -> Result<u64> {
    let script = "console.log(zlib.brotliCompressSync(fs.readFileSync(process.argv[1])).length)";
    let output =
        Command::new("node").args(["-e", script]).arg(wasm).output().context("node was not found")?;
    if !output.status.success() {
        bail!("{} cannot be compressed: {}", wasm.display(), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}
