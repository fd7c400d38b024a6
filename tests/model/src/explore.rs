//! Goes through states: all of them, or a long random way.

use std::collections::{HashSet, VecDeque};

use crate::{Broken, Move, Setup, World};

/// What an exploration came to.
#[derive(Debug)]
pub struct Explored {
    /// How many states were seen.
    pub states: usize,
    /// Whether there are no others.
    pub complete: bool,
    /// What is broken, and the shortest way there.
    pub broken: Option<(Broken, Vec<Move>)>,
}

/// Goes through everything that may happen, up to so many states, the shortest ways first. One
/// state of `drained` is let end well, and so is every state that leads nowhere.
#[must_use]
pub fn everything(setup: &Setup, limit: usize, drained: u64) -> Explored {
    let first = World::new(setup);
    let mut seen = HashSet::from([first.fingerprint()]);
    let mut ways: Vec<(usize, Option<Move>)> = vec![(0, None)];
    let mut queue = VecDeque::from([(first, 0)]);
    while let Some((world, at)) = queue.pop_front() {
        let moves = world.moves();
        if moves.is_empty() || world.fingerprint() % drained == 0 {
            if let Err(broken) = world.clone().drain() {
                return Explored {
                    states: seen.len(),
                    complete: false,
                    broken: Some((broken, way(&ways, at))),
                };
            }
        }
        for step in moves {
            let mut next = world.clone();
            if let Err(broken) = next.go(step) {
                let mut way = way(&ways, at);
                way.push(step);
                return Explored { states: seen.len(), complete: false, broken: Some((broken, way)) };
            }
            if seen.len() >= limit {
                return Explored { states: seen.len(), complete: false, broken: None };
            }
            if seen.insert(next.fingerprint()) {
                ways.push((at, Some(step)));
                queue.push_back((next, ways.len() - 1));
            }
        }
    }
    Explored { states: seen.len(), complete: true, broken: None }
}

/// Goes a random way of so many steps, and lets it end well. The same seed goes the same way.
///
/// # Errors
/// What is broken, and the way there.
pub fn walk(setup: &Setup, seed: u64, steps: usize) -> Result<(), (Broken, Vec<Move>)> {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut world = World::new(setup);
    let mut way = Vec::new();
    for _ in 0..steps {
        let moves = world.moves();
        if moves.is_empty() {
            break;
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let step = moves[usize::try_from(random >> 33).unwrap_or(0) % moves.len()];
        way.push(step);
        if let Err(broken) = world.go(step) {
            return Err((broken, way));
        }
    }
    world.drain().map_err(|broken| (broken, way))
}

fn way(ways: &[(usize, Option<Move>)], mut at: usize) -> Vec<Move> {
    let mut way = Vec::new();
    while let (before, Some(step)) = ways[at] {
        way.push(step);
        at = before;
    }
    way.reverse();
    way
}
