//! Circles in a graph, in time that grows as the graph does.

/// For each node, whether it can reach itself. `edges` are the nodes that each leads to.
///
/// Tarjan's strongly connected components, without recursion.
pub(super) fn in_circle(edges: &[Vec<usize>]) -> Vec<bool> {
    const NEW: usize = usize::MAX;
    let mut order = vec![NEW; edges.len()];
    let mut lowest = vec![NEW; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let mut in_circle = vec![false; edges.len()];
    let mut open = Vec::new();
    let mut next = 0;
    for root in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if order[root] == NEW {
            path.push((root, 0));
        }
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                (order[node], lowest[node]) = (next, next);
                next += 1;
                open.push(node);
                is_open[node] = true;
            } else {
                let child = edges[node][edge - 1];
                if is_open[child] {
                    lowest[node] = lowest[node].min(lowest[child]);
                }
            }
            if let Some(&child) = edges[node].get(edge) {
                path.push((node, edge + 1));
                if order[child] == NEW {
                    path.push((child, 0));
                }
                continue;
            }
            if lowest[node] == order[node] {
                let start = open.iter().rposition(|open| *open == node).unwrap_or(0);
                let component = open.split_off(start);
                for member in &component {
                    is_open[*member] = false;
                    in_circle[*member] = component.len() > 1 || edges[node].contains(&node);
                }
            }
        }
    }
    in_circle
}

#[cfg(test)]
mod tests {
    use super::in_circle;

    #[test]
    fn what_lies_between_circles_is_in_none() {
        // 0 -> 1 <-> 2 -> 3 -> 4 -> 4, 5 -> 0
        let edges = [vec![1], vec![2], vec![1, 3], vec![4], vec![4], vec![0]];
        let expected = [false, true, true, false, true, false];
        assert_eq!(in_circle(&edges), expected);
    }

    #[test]
    fn a_long_ring_is_one_circle() {
        let ring: Vec<Vec<usize>> = (0..100_000)
            .map(|node| vec![(node + 1) % 100_000])
            .collect();
        assert!(in_circle(&ring).into_iter().all(|is| is));
    }

    proptest::proptest! {
        #[test]
        fn each_node_reaches_itself_or_not(
            edges in proptest::collection::vec(proptest::collection::vec(0..8_usize, 0..3), 8),
        ) {
            let reaches = |node: usize| {
                let mut seen = [false; 8];
                let mut waiting = edges[node].clone();
                while let Some(next) = waiting.pop() {
                    if !std::mem::replace(&mut seen[next], true) {
                        waiting.extend(&edges[next]);
                    }
                }
                seen[node]
            };
            let expected: Vec<bool> = (0..8).map(reaches).collect();
            proptest::prop_assert_eq!(in_circle(&edges), expected);
        }
    }
}
