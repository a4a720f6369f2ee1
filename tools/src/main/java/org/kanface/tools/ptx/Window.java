package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Space;

/// Turns an address of one state space into a native address, or faults.
///
/// In generic addressing, shared memory, the thread's local memory and the kernel's parameters lie
/// in windows; global and constant memory keep their addresses.
abstract class Window {
  static final long SHARED = 0x7000_0000_0000L;
  static final long LOCAL = 0x7100_0000_0000L;
  static final long PARAM = 0x7200_0000_0000L;
  static final int WINDOW_SHIFT = 40;

  /// The native address of `bytes` bytes at `address` for one lane.
  abstract long locate(Warp w, int lane, long address, int bytes);

  /// The generic address.
  abstract long generic(Warp w, long address);

  static Window of(Space space, GlobalMemory memory) {
    return switch (space) {
      case GLOBAL, CONST -> new Global(memory);
      case SHARED -> new Shared();
      case LOCAL -> new Local();
      case PARAM -> new Param();
      case GENERIC -> new Generic(memory);
    };
  }

  /// Global and constant memory. Remembers the last block; a race between threads about that does
  /// no harm.
  static final class Global extends Window {
    private final GlobalMemory memory;
    private Allocation last = Allocation.NONE;

    Global(GlobalMemory memory) {
      this.memory = memory;
    }

    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      if ((address & (bytes - 1)) != 0) {
        throw misaligned(w, lane, "global", address, bytes);
      }
      Allocation block = last;
      if (!block.holds(address, bytes)) {
        w.faulting = lane;
        block = memory.find(address, bytes);
        w.faulting = -1;
        last = block;
      }
      return block.native0 + (address - block.base);
    }

    @Override
    long generic(Warp w, long address) {
      return address;
    }
  }

  /// Shared memory of the block, from address 0.
  static final class Shared extends Window {
    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      if ((address & (bytes - 1)) != 0) {
        throw misaligned(w, lane, "shared", address, bytes);
      }
      Block block = w.block;
      if (address < 0 || address > block.sharedBytes - bytes) {
        if ((address & 0xffff_ffffL) != address
            && (address & 0xffff_ffffL) <= block.sharedBytes - bytes) {
          return block.shared + (address & 0xffff_ffffL); // 32-bit registers, sign-extended
        }
        w.faulting = lane;
        throw new Fault(
            Fault.Kind.OUT_OF_BOUNDS,
            "access of %d bytes at 0x%x in shared memory is out of bounds: the block has %d bytes",
            bytes,
            address,
            block.sharedBytes);
      }
      return block.shared + address;
    }

    @Override
    long generic(Warp w, long address) {
      return SHARED + (address & 0xffff_ffffL);
    }
  }

  /// Local memory of the thread, from address 0.
  static final class Local extends Window {
    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      return local(w, lane, address, bytes);
    }

    @Override
    long generic(Warp w, long address) {
      return LOCAL + (address & 0xffff_ffffL);
    }
  }

  /// Local memory from the start of the current function's frame.
  static final class InFrame extends Window {
    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      return local(w, lane, w.frame.local + address, bytes);
    }

    @Override
    long generic(Warp w, long address) {
      return LOCAL + w.frame.local + address;
    }
  }

  /// The kernel's parameters, from address 0.
  static final class Param extends Window {
    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      return param(w, lane, address >= PARAM ? address - PARAM : address, bytes);
    }

    @Override
    long generic(Warp w, long address) {
      return address >= PARAM ? address : PARAM + address;
    }
  }

  /// Any of them, told apart by the address.
  static final class Generic extends Window {
    private final Global global;
    private final Shared shared = new Shared();

    Generic(GlobalMemory memory) {
      global = new Global(memory);
    }

    @Override
    long locate(Warp w, int lane, long address, int bytes) {
      long window = address >> WINDOW_SHIFT << WINDOW_SHIFT;
      if (window == SHARED) {
        return shared.locate(w, lane, address - SHARED, bytes);
      }
      if (window == LOCAL) {
        return local(w, lane, address - LOCAL, bytes);
      }
      if (window == PARAM) {
        return param(w, lane, address - PARAM, bytes);
      }
      return global.locate(w, lane, address, bytes);
    }

    @Override
    long generic(Warp w, long address) {
      return address;
    }
  }

  private static long local(Warp w, int lane, long address, int bytes) {
    if ((address & (bytes - 1)) != 0) {
      throw misaligned(w, lane, "local", address, bytes);
    }
    long offset = address & 0xffff_ffffL;
    Block block = w.block;
    if (offset > block.stackBytes - bytes) {
      w.faulting = lane;
      throw new Fault(
          Fault.Kind.OUT_OF_BOUNDS,
          "access of %d bytes at 0x%x in local memory is out of bounds: a thread has %d bytes",
          bytes,
          address,
          block.stackBytes);
    }
    return block.stacks + (w.firstThread + lane) * (long) block.stackBytes + offset;
  }

  private static long param(Warp w, int lane, long address, int bytes) {
    if ((address & (bytes - 1)) != 0) {
      throw misaligned(w, lane, "parameter", address, bytes);
    }
    Block block = w.block;
    if (address < 0 || address > block.parameterBytes - bytes) {
      w.faulting = lane;
      throw new Fault(
          Fault.Kind.OUT_OF_BOUNDS,
          "access of %d bytes at %d in the kernel's parameters, which have %d bytes",
          bytes,
          address,
          block.parameterBytes);
    }
    return block.parameters + address;
  }

  private static Fault misaligned(Warp w, int lane, String space, long address, int bytes) {
    w.faulting = lane;
    return new Fault(
        Fault.Kind.MISALIGNED,
        "access of %d bytes at 0x%x in %s memory is misaligned",
        bytes,
        address,
        space);
  }
}
