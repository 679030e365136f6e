//! Work on many files at once.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many workers `count` files are worth: for a few of them a thread costs more than it saves.
pub fn workers(threads: usize, count: usize) -> usize {
    threads.min(count / 4 + 1)
}

/// Works on each of `count` files; results come in their order. Workers take the next file when they are done with
/// one, so a large file holds up nobody, and there is no pool that waits by spinning. Each worker has scratch
/// memory of its own. `next` starts at 0 and counts the files that were taken up. `work` must not panic.
pub fn each<S: Default, T: Send>(
    count: usize,
    workers: usize,
    next: &AtomicUsize,
    work: impl Fn(usize, &mut S) -> T + Sync,
) -> Vec<T> {
    each_ahead(count, workers, next, 1, |_, _| {}, work)
}

/// The same, where workers take up to `most` files at a time, and `ahead` does something with all of them before
/// they work on each.
pub fn each_ahead<S: Default, T: Send>(
    count: usize,
    workers: usize,
    next: &AtomicUsize,
    most: usize,
    ahead: impl Fn(Range<usize>, &mut S) + Sync,
    work: impl Fn(usize, &mut S) -> T + Sync,
) -> Vec<T> {
    // Towards the end nobody should wait for one who took many.
    let step = (count / workers.max(1) / 8).clamp(1, most);
    let run = || {
        let mut scratch = S::default();
        // Room for a good share at once: lists that double would take twice the memory.
        let share = if workers > 1 {
            count / workers + count / 8
        } else {
            count
        };
        let mut done = Vec::with_capacity(share);
        loop {
            let first = next.fetch_add(step, Ordering::Relaxed);
            if first >= count {
                return done;
            }
            let taken = first..(first + step).min(count);
            ahead(taken.clone(), &mut scratch);
            done.extend(taken.map(|index| (index, work(index, &mut scratch))));
        }
    };
    let mut results: Vec<(usize, T)> = if workers <= 1 {
        run()
    } else {
        thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(run)).collect();
            let mut results = run();
            for other in others {
                results.append(&mut other.join().unwrap_or_default());
            }
            results
        })
    };
    // What each worker did is in order already, which a stable sort makes use of.
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
