//! Does the same with many things, on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Applies `f` to each item, in whatever order, and gives the results in the order of the items. Workers take
/// the next item when they are done with one, so a large file holds up nobody, and there is no pool that waits
/// by spinning; each has scratch memory of its own. `f` does not panic.
pub fn each<I: Sync, S: Default, T: Send>(
    items: &[I],
    threads: usize,
    f: impl Fn(&I, &mut S) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut scratch = S::default();
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return done;
            };
            done.push((index, f(item, &mut scratch)));
        }
    };
    // For a few files a thread costs more than it saves.
    let workers = threads.min(items.len() / 4 + 1);
    let mut results = if workers == 1 {
        work()
    } else {
        thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            let mut results = work();
            for other in others {
                results.append(&mut other.join().unwrap_or_default());
            }
            results
        })
    };
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
