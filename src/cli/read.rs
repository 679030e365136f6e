//! Reads a file's bytes into a buffer that is reused from file to file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::problem::Problem;

/// No manifest is as large: the API server refuses objects of more than a few megabytes. The bound keeps
/// memory in hand, and offsets within `u32` with room for a change of encoding.
pub const MAX_BYTES: u64 = 512 << 20;

/// Nearly every manifest fits into as much. Only of others the size is asked for, which costs a system call each.
const ROOM: usize = 16 << 10;

/// Replaces the buffer's content with the file's.
pub fn file(path: &Path, buffer: &mut Vec<u8>) -> Result<(), Problem> {
    let file = File::open(path).map_err(|error| trouble(path, &error))?;
    buffer.clear();
    buffer.reserve(ROOM);
    let mut room = buffer.capacity();
    loop {
        let before = buffer.len();
        let read = (&file).take(room as u64).read_to_end(buffer);
        if read.map_err(|error| trouble(path, &error))? < room {
            return Ok(());
        }
        // There is more, or it fits to the byte. All at once: a buffer that doubles is copied again and again.
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        if size.max(buffer.len() as u64) > MAX_BYTES {
            return Err(too_large(path));
        }
        // Of a pipe the size is not known.
        let left = (size as usize).saturating_sub(buffer.len());
        room = (left.max(buffer.len() - before) + 1).min((MAX_BYTES + 1) as usize - buffer.len());
        buffer.reserve(room);
    }
}

/// Appends what a reader gives to the buffer.
pub fn rest(reader: impl Read, path: &Path, buffer: &mut Vec<u8>) -> Result<(), Problem> {
    let allowed = (MAX_BYTES + 1).saturating_sub(buffer.len() as u64);
    let read = reader.take(allowed).read_to_end(buffer);
    read.map_err(|error| trouble(path, &error))?;
    if buffer.len() as u64 > MAX_BYTES {
        return Err(too_large(path));
    }
    Ok(())
}

fn too_large(path: &Path) -> Problem {
    let what = format!(
        "larger than {} MiB, which no manifest is; split it, or leave it out",
        MAX_BYTES >> 20
    );
    Problem::new(path, what)
}

fn trouble(path: &Path, error: &io::Error) -> Problem {
    // What is read was found before, so that it is there, and a file.
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new(path, "vanished while kubeproof was running; run it again"),
        io::ErrorKind::IsADirectory => {
            Problem::new(path, "became a folder while kubeproof was running; run it again")
        }
        _ => Problem::io(path, error),
    }
}
