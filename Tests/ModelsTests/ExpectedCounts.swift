/// Counts of every model of the catalog, made from the same config.json files by another program (Python, 2026), and
/// for all but the Pangu models compared to the parameters of the Transformers 5.24 classes, which were equal to the
/// last one but for router biases. Caches: formulas of the models' reports, and layouts of vLLM 0.33.
struct Expected: Sendable {
  var model: String
  var total, active, withEmbedding: Int
  /// Of the multi-token-prediction layers.
  var draft = 0
  var weightBytes: Double
  /// Bytes a token in 16 bits of the layers that keep all tokens, and the most that the others keep.
  var cache: Int
  var bounded = 0
  /// The same in DeepSeek's FP8 layouts.
  var native: Double?
  var nativeBounded = 0
  /// Bytes of each sequence.
  var fixed = 0

  init(
    _ model: String, total: Int, active: Int, withEmbedding: Int, draft: Int = 0, weightBytes: Double, cache: Int,
    bounded: Int = 0, native: Double? = nil, nativeBounded: Int = 0, fixed: Int = 0
  ) {
    self.model = model
    self.total = total
    self.active = active
    self.withEmbedding = withEmbedding
    self.draft = draft
    self.weightBytes = weightBytes
    self.cache = cache
    self.bounded = bounded
    self.native = native
    self.nativeBounded = nativeBounded
    self.fixed = fixed
  }

  static let all = [
    Expected(
      "DeepSeek-R1",
      total: 671_026_419_200, active: 36_625_618_432, withEmbedding: 37_552_297_472, draft: 11_610_068_224,
      weightBytes: 673_150_582_112, cache: 70_272),
    Expected(
      "DeepSeek-V3",
      total: 671_026_419_200, active: 36_625_618_432, withEmbedding: 37_552_297_472, draft: 11_610_068_224,
      weightBytes: 673_150_582_112, cache: 70_272),
    Expected(
      "DeepSeek-V3.2",
      total: 671_877_944_064, active: 37_477_143_296, withEmbedding: 38_403_822_336, draft: 11_624_027_648,
      weightBytes: 674_030_307_520, cache: 85_888, native: 48068),
    Expected(
      "DeepSeek-V4-Flash",
      total: 284_332_240_471, active: 13_270_101_591, withEmbedding: 13_799_632_471, draft: 6_610_048_891,
      weightBytes: 155_997_055_836, cache: 6_880, bounded: 5_636_096, native: 3850.25, nativeBounded: 3_214_336,
      fixed: 12_206_080),
    Expected(
      "DeepSeek-V4-Pro",
      total: 1_572_997_201_763, active: 48_852_402_019, withEmbedding: 49_779_081_059, draft: 25_840_145_979,
      weightBytes: 850_729_528_524, cache: 9_848, bounded: 7_995_392, native: 5511.4375,
      nativeBounded:
        4_559_872, fixed: 18_710_528),
    Expected(
      "GLM-4.5",
      total: 352_797_829_024, active: 32_856_319_904, withEmbedding: 33_632_266_144, draft: 3_988_069_792,
      weightBytes: 705_595_658_048, cache: 376_832),
    Expected(
      "GLM-5",
      total: 743_911_218_432, active: 40_833_146_112, withEmbedding: 41_784_728_832, draft: 9_952_920_576,
      weightBytes: 1_487_822_436_864, cache: 109_824, native: 61464),
    Expected(
      "Kimi-K2",
      total: 1_026_408_232_448, active: 31_687_095_808, withEmbedding: 32_861_500_928,
      weightBytes:
        1_029_173_203_808, cache: 70_272),
    Expected(
      "Kimi-K2.5",
      total: 1_026_408_232_448, active: 31_687_095_808, withEmbedding: 32_861_500_928,
      weightBytes:
        594_205_305_856, cache: 70_272),
    Expected(
      "Llama-3.1-405B",
      total: 405_853_388_800, active: 403_752_042_496, withEmbedding: 405_853_388_800,
      weightBytes:
        811_706_777_600, cache: 516_096),
    Expected(
      "Llama-3.1-70B",
      total: 70_553_706_496, active: 69_503_033_344, withEmbedding: 70_553_706_496,
      weightBytes:
        141_107_412_992, cache: 327_680),
    Expected(
      "Llama-3.1-8B",
      total: 8_030_261_248, active: 7_504_924_672, withEmbedding: 8_030_261_248, weightBytes: 16_060_522_496,
      cache: 131_072),
    Expected(
      "Llama-4-Maverick",
      total: 400_711_848_960, active: 16_150_205_440, withEmbedding: 17_184_691_200,
      weightBytes:
        801_423_697_920, cache: 49_152, bounded: 1_207_959_552),
    Expected(
      "MiniMax-M1-80k",
      total: 456_089_655_296, active: 47_174_113_280, withEmbedding: 48_403_306_496,
      weightBytes:
        912_179_310_592, cache: 40_960, fixed: 293_601_280),
    Expected(
      "MiniMax-M2.5",
      total: 228_689_764_864, active: 10_415_956_480, withEmbedding: 11_030_553_088,
      weightBytes:
        230_024_081_408, cache: 253_952),
    Expected(
      "Mixtral-8x22B",
      total: 140_620_634_112, active: 38_955_423_744, withEmbedding: 39_152_031_744,
      weightBytes:
        281_241_268_224, cache: 229_376),
    Expected(
      "Mixtral-8x7B",
      total: 46_702_792_704, active: 12_748_853_248, withEmbedding: 12_879_925_248, weightBytes: 93_405_585_408,
      cache: 131_072),
    Expected(
      "Pangu-Pro-MoE-72B",
      total: 71_988_777_984, active: 15_712_850_944, withEmbedding: 16_498_136_064,
      weightBytes:
        143_977_555_968, cache: 196_608),
    Expected(
      "Qwen2.5-72B",
      total: 72_706_203_648, active: 71_460_495_360, withEmbedding: 72_706_203_648,
      weightBytes:
        145_412_407_296, cache: 327_680),
    Expected(
      "Qwen3-235B-A22B",
      total: 235_093_634_560, active: 21_568_433_664, withEmbedding: 22_190_763_520,
      weightBytes:
        470_187_269_120, cache: 192_512),
    Expected(
      "Qwen3-30B-A3B",
      total: 30_532_122_624, active: 3_041_867_776, withEmbedding: 3_353_032_704, weightBytes: 61_064_245_248,
      cache: 98_304),
    Expected(
      "Qwen3-32B",
      total: 32_762_123_264, active: 31_984_210_944, withEmbedding: 32_762_123_264, weightBytes: 65_524_246_528,
      cache: 262_144),
    Expected(
      "Qwen3.5-397B-A17B",
      total: 396_346_350_336, active: 16_331_922_176, withEmbedding: 17_349_040_896, draft: 6_595_568_128,
      weightBytes: 792_692_700_672, cache: 30_720, fixed: 192_061_440),
    Expected(
      "gpt-oss-120b",
      total: 116_829_156_672, active: 5_132_849_472, withEmbedding: 5_711_982_912, weightBytes: 65_248_815_744,
      cache: 36_864, bounded: 4_718_592),
    Expected(
      "gpt-oss-20b",
      total: 20_914_757_184, active: 3_608_307_264, withEmbedding: 4_187_440_704, weightBytes: 13_761_264_768,
      cache: 24_576, bounded: 3_145_728),
    Expected(
      "openPangu-Ultra-MoE-718B",
      total: 719_093_767_680, active: 39_191_846_400, withEmbedding: 40_371_494_400, draft: 12_443_343_360,
      weightBytes: 1_438_187_535_360, cache: 70_272),
  ]
}
