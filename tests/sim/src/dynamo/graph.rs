//! A cycle in a graph, when it has one.

/// Who comes before whom, nodes being numbers.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    after: Vec<Vec<usize>>,
}

impl Graph {
    /// So many nodes and no edges.
    pub(crate) fn new(nodes: usize) -> Self {
        Self { after: vec![Vec::new(); nodes] }
    }

    /// One node comes before another.
    pub(crate) fn edge(&mut self, before: usize, after: usize) {
        if before != after {
            self.after[before].push(after);
        }
    }

    /// Nodes, each before the next and the last before the first.
    pub(crate) fn cycle(&self) -> Option<Vec<usize>> {
        let mut done = vec![false; self.after.len()];
        let mut place = vec![None; self.after.len()];
        for root in 0..self.after.len() {
            // Each node on the way, with the next edge to take from it.
            let mut way = vec![(root, 0)];
            while let Some((node, next)) = way.last_mut() {
                let (node, edge) = (*node, *next);
                if done[node] {
                    way.pop();
                    continue;
                }
                place[node] = Some(way.len() - 1);
                match self.after[node].get(edge) {
                    None => {
                        (done[node], place[node]) = (true, None);
                        way.pop();
                    }
                    Some(other) => {
                        if let Some(at) = place[*other] {
                            return Some(way[at..].iter().map(|(node, _)| *node).collect());
                        }
                        if let Some(top) = way.last_mut() {
                            top.1 += 1;
                        }
                        way.push((*other, 0));
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::new(nodes);
        edges.iter().for_each(|(before, after)| graph.edge(*before, *after));
        graph
    }

    #[test]
    fn finds_cycles_and_only_them() {
        let none: [(usize, &[(usize, usize)]); 4] =
            [(0, &[]), (2, &[(0, 0)]), (4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), (3, &[(2, 1), (1, 0), (2, 0)])];
        for (nodes, edges) in none {
            assert_eq!(graph(nodes, edges).cycle(), None, "{edges:?}");
        }
        assert_eq!(graph(3, &[(0, 1), (1, 2), (2, 1)]).cycle(), Some(vec![1, 2]));
        assert_eq!(graph(4, &[(3, 0), (0, 1), (1, 2), (2, 3)]).cycle(), Some(vec![0, 1, 2, 3]));
    }
}
