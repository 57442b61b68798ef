import HeapModule

/// The events to come, earliest first; events of the same instant in the order in which they were scheduled.
public struct Agenda<Event> {
  @usableFromInline struct Entry: Comparable {
    @usableFromInline var instant: Instant
    @usableFromInline var sequence: UInt64
    @usableFromInline var event: Event
    @inlinable init(instant: Instant, sequence: UInt64, event: Event) {
      self.instant = instant
      self.sequence = sequence
      self.event = event
    }
    @inlinable static func < (left: Entry, right: Entry) -> Bool {
      left.instant != right.instant ? left.instant < right.instant : left.sequence < right.sequence
    }
    @inlinable static func == (left: Entry, right: Entry) -> Bool { left.sequence == right.sequence }
  }

  @usableFromInline var heap = Heap<Entry>()
  @usableFromInline var scheduled: UInt64 = 0

  public init() {}

  @inlinable public var isEmpty: Bool { heap.isEmpty }
  @inlinable public var count: Int { heap.count }
  /// When the next event is due; `.never` when there is none.
  @inlinable public var nextInstant: Instant { heap.min?.instant ?? .never }

  @inlinable public mutating func schedule(_ event: Event, at instant: Instant) {
    heap.insert(Entry(instant: instant, sequence: scheduled, event: event))
    scheduled &+= 1
  }

  @inlinable public mutating func next() -> (instant: Instant, event: Event)? {
    guard let entry = heap.popMin() else { return nil }
    return (entry.instant, entry.event)
  }
}
