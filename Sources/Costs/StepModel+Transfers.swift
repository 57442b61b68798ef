import Hardware
import Models
import Units

extension Architecture {
  /// Keys and values of one further token of a long sequence over all layers, draft layers included.
  public func keyValueBytesPerToken(_ format: NumberFormat) -> Bytes {
    cacheFootprint(CacheFormats(format, of: self), drafting: true).bytesPerToken
  }
}
