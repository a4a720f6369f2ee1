package org.kanface.tools.driver;

/// Streams and events. What is enqueued has run when the call returns.
final class StreamCalls {
  private static final int NOT_BLOCKING = 1;
  private static final int EVENT_FLAGS = 7; // blocking wait, without times, between processes
  private static final int WITHOUT_TIMES = 2;

  private final DriverState state;

  StreamCalls(DriverState state) {
    this.state = state;
  }

  int cuStreamCreate(long stream, int flags) {
    SimContext context = state.context();
    if ((flags & ~NOT_BLOCKING) != 0) {
      throw new CudaError(Status.INVALID_VALUE, "stream flags %d", flags);
    }
    Host.putLong(stream, context.streams.add(new SimContext.Stream(flags)));
    return 0;
  }

  int cuStreamDestroy_v2(long stream) {
    state.context().streams.remove(stream);
    return 0;
  }

  int cuStreamSynchronize(long stream) {
    SimContext context = state.context();
    context.requireStream(stream);
    context.requireRunning(stream);
    if (stream > 2) {
      context.finish(context.streams.get(stream).reads());
    }
    return 0;
  }

  int cuStreamQuery(long stream) {
    return cuStreamSynchronize(stream);
  }

  int cuStreamWaitEvent(long stream, long event, int flags) {
    SimContext context = state.context();
    context.requireStream(stream);
    context.requireRunning(stream); // a real one would capture it
    SimContext.Event e = context.events.get(event);
    if (flags != 0) {
      throw new CudaError(Status.INVALID_VALUE, "expected flags 0, got %d", flags);
    }
    if (stream > 2) {
      context.streams.get(stream).reads().addAll(e.reads);
    }
    return 0;
  }

  int cuEventCreate(long event, int flags) {
    SimContext context = state.context();
    if ((flags & ~EVENT_FLAGS) != 0) {
      throw new CudaError(Status.INVALID_VALUE, "event flags %d", flags);
    }
    boolean timed = (flags & WITHOUT_TIMES) == 0;
    Host.putLong(event, context.events.add(new SimContext.Event(timed)));
    return 0;
  }

  int cuEventDestroy_v2(long event) {
    state.context().events.remove(event);
    return 0;
  }

  int cuEventRecord(long event, long stream) {
    SimContext context = state.context();
    context.requireStream(stream);
    context.requireRunning(stream);
    SimContext.Event e = context.events.get(event);
    e.nanos = System.nanoTime();
    e.recorded = true;
    e.reads.clear();
    if (stream > 2) {
      var reads = context.streams.get(stream).reads();
      reads.removeIf(HostRead::isDone);
      e.reads.addAll(reads);
    }
    return 0;
  }

  int cuEventSynchronize(long event) {
    SimContext context = state.context();
    context.finish(context.events.get(event).reads);
    return 0;
  }

  int cuEventQuery(long event) {
    return cuEventSynchronize(event);
  }

  int cuEventElapsedTime(long milliseconds, long start, long end) {
    SimContext context = state.context();
    SimContext.Event from = context.events.get(start);
    SimContext.Event to = context.events.get(end);
    if (!from.timed || !to.timed || !from.recorded || !to.recorded) {
      throw new CudaError(
          Status.INVALID_HANDLE, "an event was not recorded, or was made without times");
    }
    Host.putFloat(milliseconds, (to.nanos - from.nanos) / 1e6f);
    return 0;
  }
}
