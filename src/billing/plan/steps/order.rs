//! The order of steps.

use super::Step;

/// Sorts steps so that none stands before one that it needs, keeping their order otherwise.
pub(super) fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let mut place: Vec<Option<usize>> = vec![None; steps.len()];
    let mut order: Vec<usize> = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let before = order.len();
        for (position, step) in steps.iter().enumerate() {
            if place[position].is_none() && step.needs.iter().all(|need| place[*need].is_some()) {
                place[position] = Some(order.len());
                order.push(position);
            }
        }
        if order.len() == before {
            // Needs run from makers to users, so there is no circle; were there one, its steps come last.
            let rest: Vec<usize> = (0..steps.len()).filter(|position| place[*position].is_none()).collect();
            for position in rest {
                place[position] = Some(order.len());
                order.push(position);
            }
        }
    }
    let renumber = |need: &usize| place.get(*need).copied().flatten().unwrap_or_default();
    order
        .iter()
        .map(|position| {
            let mut step = steps[*position].clone();
            step.needs = step.needs.iter().map(renumber).collect();
            step
        })
        .collect()
}
