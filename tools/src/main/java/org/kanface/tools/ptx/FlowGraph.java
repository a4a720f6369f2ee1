package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds where lanes that a branch splits meet again: the immediate post-dominators of the blocks
/// of a function (Cooper, Harvey and Kennedy 2001, "A Simple, Fast Dominance Algorithm", on the
/// reversed graph).
final class FlowGraph {
  private final Op[] ops;
  private final int[] blockOf;
  private final List<Integer> starts = new ArrayList<>();
  private final List<List<Integer>> successors = new ArrayList<>();
  private final List<List<Integer>> predecessors = new ArrayList<>();
  private final int exit;

  private FlowGraph(Op[] ops) {
    this.ops = ops;
    blockOf = new int[ops.length];
    findBlocks();
    exit = starts.size();
    for (int b = 0; b <= exit; b++) {
      successors.add(new ArrayList<>());
      predecessors.add(new ArrayList<>());
    }
    for (int b = 0; b < exit; b++) {
      connect(b);
    }
  }

  static void analyse(Code code) {
    var graph = new FlowGraph(code.ops);
    int[] post = graph.postDominators();
    int n = code.ops.length;
    code.meets = new int[n];
    code.joins = new boolean[n];
    for (int pc = 0; pc < n; pc++) {
      Op op = code.ops[pc];
      int meet = pc + 1;
      if (op instanceof Branch || op instanceof BranchTable || op instanceof Return) {
        int p = post[graph.blockOf[pc]];
        meet = p < 0 || p == graph.exit ? Code.EXIT : graph.starts.get(p);
      }
      code.meets[pc] = meet;
      if (op instanceof Flow && meet >= 0 && meet < n) {
        code.joins[meet] = true;
      }
    }
  }

  private static int[] targets(Op op) {
    return switch (op) {
      case Branch b -> new int[] {b.target()};
      case BranchTable b -> b.targets();
      default -> new int[0];
    };
  }

  private static boolean ends(Op op) {
    return op instanceof Branch || op instanceof BranchTable || op instanceof Return;
  }

  private void findBlocks() {
    var leader = new boolean[ops.length];
    leader[0] = true;
    for (int pc = 0; pc < ops.length; pc++) {
      for (int target : targets(ops[pc])) {
        leader[target] = true;
      }
      if (ends(ops[pc]) && pc + 1 < ops.length) {
        leader[pc + 1] = true;
      }
    }
    for (int pc = 0; pc < ops.length; pc++) {
      if (leader[pc]) {
        starts.add(pc);
      }
      blockOf[pc] = starts.size() - 1;
    }
  }

  private void connect(int block) {
    int last = (block + 1 < exit ? starts.get(block + 1) : ops.length) - 1;
    Op op = ops[last];
    for (int target : targets(op)) {
      edge(block, blockOf[target]);
    }
    if (op instanceof Return) {
      edge(block, exit);
    }
    if ((!ends(op) || op.guard >= 0) && last + 1 < ops.length) {
      edge(block, blockOf[last + 1]);
    }
  }

  private void edge(int from, int to) {
    if (!successors.get(from).contains(to)) {
      successors.get(from).add(to);
      predecessors.get(to).add(from);
    }
  }

  private int[] postDominators() {
    int[] order = reverseOrder();
    var number = new int[exit + 1];
    Arrays.fill(number, -1);
    for (int i = 0; i < order.length; i++) {
      number[order[i]] = i;
    }
    var parent = new int[exit + 1];
    Arrays.fill(parent, -1);
    parent[exit] = exit;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = order.length - 2; i >= 0; i--) {
        int block = order[i];
        int common = -1;
        for (int next : successors.get(block)) {
          if (parent[next] >= 0) {
            common = common < 0 ? next : intersect(common, next, parent, number);
          }
        }
        if (common >= 0 && parent[block] != common) {
          parent[block] = common;
          changed = true;
        }
      }
    }
    return parent;
  }

  private static int intersect(int a, int b, int[] parent, int[] number) {
    int x = a;
    int y = b;
    while (x != y) {
      while (number[x] < number[y]) {
        x = parent[x];
      }
      while (number[y] < number[x]) {
        y = parent[y];
      }
    }
    return x;
  }

  /// Blocks that reach the exit, in postorder of the reversed graph: the exit is last.
  private int[] reverseOrder() {
    var seen = new boolean[exit + 1];
    var order = new ArrayList<Integer>();
    var stack = new ArrayList<int[]>();
    stack.add(new int[] {exit, 0});
    seen[exit] = true;
    while (!stack.isEmpty()) {
      int[] top = stack.getLast();
      List<Integer> before = predecessors.get(top[0]);
      if (top[1] < before.size()) {
        int next = before.get(top[1]++);
        if (!seen[next]) {
          seen[next] = true;
          stack.add(new int[] {next, 0});
        }
      } else {
        order.add(top[0]);
        stack.removeLast();
      }
    }
    return order.stream().mapToInt(Integer::intValue).toArray();
  }
}
