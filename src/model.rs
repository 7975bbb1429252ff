//! Plain types shared by the server and the browser. No input or output happens here.

pub mod headers;
