//! What strangers can do from outside: connections that are only held, bodies that do not come on or are too large, requests
//! that fill the disk, streams without end.

mod bodies;
mod connections;
mod frames;
mod kept;
mod streams;
