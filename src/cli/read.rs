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
        buffer.reserve_exact(room);
    }
}

/// Whether a file that nobody named is there to be read. A folder is none. A pipe, for which somebody might wait without
/// end, or a device is not opened, and that is told.
pub fn is_there(path: &Path) -> Result<bool, Problem> {
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(metadata) if !metadata.is_dir() => Err(irregular(path)),
        _ => Ok(false),
    }
}

/// Why something is not read that has a file's name.
pub fn irregular(path: &Path) -> Problem {
    let what = if path.is_dir() {
        "is a folder where a file is looked for; remove or rename it"
    } else {
        "is no regular file, so it is not read; remove it or put a file in its place"
    };
    Problem::new(path, what)
}

/// The bytes of a file that is never longer than so many, of the kind that is named.
pub fn small(path: &Path, most: u64, kind: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| trouble(path, &error))?;
    if bytes.len() as u64 > most {
        let what = format!("larger than {} MiB, which no {kind} is", most >> 20);
        return Err(Problem::new(path, what));
    }
    Ok(bytes)
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
