/// The page's look: system type, one column of text, tabular figures, two palettes, and paper.
enum PageStyle {
  static let text = """
    :root {
      --paper: #ffffff; --wash: #f6f7f8; --ink: #191c20; --soft: #3d434b; --muted: #646c76; --rule: #e2e5e9;
      --axis: #a3abb5; --accent: #1f5a99; --good: #1c7a4b; --caution: #8a6100; --bad: #b3362b;
      --series-1: #2a63a5; --series-2: #bd5b12; --series-3: #1f7f74; --series-4: #84488f;
      --series-5: #69727d; --series-6: #ad3a45; --series-7: #7b6b12; --series-8: #3b82b5;
      --heat-low: #eaf1f8; --heat-high: #1f5a99; --on-series: #ffffff;
    }
    @media (prefers-color-scheme: dark) {
      :root:not(.printed) {
        --paper: #14171b; --wash: #1c2025; --ink: #e8eaed; --soft: #c5cad1; --muted: #969fab; --rule: #2c3138;
        --axis: #59626d; --accent: #82b4e8; --good: #5cc48d; --caution: #e0b04a; --bad: #f08a7d;
        --series-1: #74a9e0; --series-2: #eb9a56; --series-3: #5bbfb2; --series-4: #c48ed0;
        --series-5: #a0a9b4; --series-6: #ec8790; --series-7: #cdb94f; --series-8: #8accf0;
        --heat-low: #1f2a36; --heat-high: #74a9e0; --on-series: #14171b;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans",
        Cantarell, "Liberation Sans", "DejaVu Sans", Arial, sans-serif;
      font-variant-numeric: tabular-nums lining-nums; font-feature-settings: "tnum", "lnum";
    }
    main { max-width: 1120px; margin: 0 auto; padding: 56px 40px 72px; }
    h1 { font-size: 2.1rem; line-height: 1.18; letter-spacing: -0.02em; margin: 0; font-weight: 650;
      text-wrap: balance; }
    h2 { font-size: 1.3rem; letter-spacing: -0.01em; margin: 0 0 18px; font-weight: 650; }
    h3 { font-size: 1rem; margin: 0 0 2px; font-weight: 620; line-height: 1.35; }
    p { margin: 0 0 14px; max-width: 46em; }
    a { color: var(--accent); text-underline-offset: 2px; }
    .subtitle { color: var(--muted); margin: 8px 0 0; max-width: none; text-wrap: balance; }
    .lead { font-size: 1.16rem; line-height: 1.58; color: var(--soft); margin: 20px 0 0; max-width: 43em;
      text-wrap: pretty; }
    .mark { display: inline-block; vertical-align: 0.28em; margin-left: 0.35em; padding: 3px 12px; border-radius: 6px;
      border: 2px solid currentColor; font-size: 0.82rem; line-height: 1.35; font-weight: 650; letter-spacing: 0;
      text-wrap: nowrap; color: var(--soft); }
    .mark.good { color: var(--good); }
    .mark.caution { color: var(--caution); }
    .mark.bad { color: var(--bad); }
    .badges { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; margin: 18px 0 0; padding: 0; }
    .badges li { font-size: 0.8rem; font-weight: 600; padding: 3px 11px; border-radius: 99px;
      border: 1px solid var(--rule);
      color: var(--soft); }
    .badges .good { color: var(--good); border-color: currentColor; }
    .badges .caution { color: var(--caution); border-color: currentColor; }
    .badges .bad { color: var(--bad); border-color: currentColor; }
    .headlines { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 0 26px;
      margin: 36px 0 0; }
    .headlines div { border-top: 1px solid var(--rule); padding: 12px 0 20px; min-width: 0; }
    .headlines dt { font-size: 0.82rem; color: var(--muted); }
    .headlines dd { margin: 0; }
    .headlines .value { font-size: 1.85rem; line-height: 1.25; letter-spacing: -0.02em; font-weight: 600;
      white-space: nowrap; }
    .headlines small { font-size: 0.95rem; font-weight: 500; letter-spacing: 0; color: var(--muted); }
    .headlines .note { font-size: 0.8rem; line-height: 1.4; color: var(--muted); }
    .headlines .good .value { color: var(--good); }
    .headlines .bad .value { color: var(--bad); }
    .notice { border-left: 3px solid var(--axis); padding: 4px 0 4px 14px; color: var(--muted); margin: 24px 0 0; }
    nav { margin: 28px 0 0; font-size: 0.86rem; }
    nav ol { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 20px; }
    nav a { text-decoration: none; }
    nav a:hover { text-decoration: underline; }
    section { border-top: 1px solid var(--rule); margin-top: 48px; padding-top: 28px; scroll-margin-top: 8px; }
    .charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 36px 44px; margin: 22px 0 28px; }
    .charts.single { grid-template-columns: minmax(0, 1fr); }
    figure { margin: 0; min-width: 0; display: flex; flex-direction: column; }
    figcaption { font-size: 0.88rem; line-height: 1.45; color: var(--muted); margin: 0 0 10px; max-width: 44em;
      text-wrap: pretty; }
    .plot { width: 100%; height: 250px; }
    .single .plot { height: 320px; }
    .plot.square, .single .plot.square { width: min(100%, 620px); height: auto; aspect-ratio: 1; }
    .plot.tall, .single .plot.tall { height: 420px; }
    .plot.flow, .single .plot.flow { height: 480px; }
    .axis { font-size: 0.72rem; color: var(--muted); margin: auto 0 0; }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0 0 6px; padding: 0; }
    .legend button { font: inherit; font-size: 0.8rem; color: var(--soft); background: none; border: 0;
      padding: 2px 0;
      cursor: pointer; display: flex; align-items: center; gap: 6px; }
    .legend [aria-pressed="false"] { opacity: 0.4; text-decoration: line-through; }
    i { display: inline-block; }
    .legend i, .parts i { width: 10px; height: 10px; border-radius: 2px; flex: none; }
    .legend li { font-size: 0.8rem; color: var(--soft); display: flex; align-items: center; gap: 6px; }
    .bands { font-size: 0.75rem; color: var(--muted); margin: 0 0 6px; display: flex; align-items: center;
      flex-wrap: wrap; gap: 2px 6px; }
    .bands i { width: 16px; height: 10px; margin-left: 8px; background: var(--muted); }
    .bands i.median { height: 2px; margin-left: 0; }
    .bands i.half { opacity: 0.44; }
    .bands i.most { opacity: 0.2; }
    .bands i.published { width: 8px; height: 8px; border: 1.5px solid var(--ink); border-radius: 50%;
      background: none; }
    .events { display: none; font-size: 0.75rem; line-height: 1.5; color: var(--muted); margin: 4px 0 0; padding: 0;
      list-style: none; counter-reset: event; flex-wrap: wrap; gap: 0 12px; }
    .numbered .events { display: flex; }
    .events li { counter-increment: event; }
    .events li::before { content: counter(event) " "; font-weight: 600; color: var(--soft); }
    details { margin: 6px 0 0; }
    summary { cursor: pointer; font-size: 0.8rem; color: var(--muted); width: fit-content; }
    summary:hover { color: var(--ink); }
    .download { font-size: 0.8rem; margin: 6px 0 0; }
    .verbatim { margin: 0 0 12px; }
    .verbatim summary { font-size: 0.95rem; color: var(--soft); }
    .folded { margin: 0 0 14px; }
    .folded > summary { font-size: 0.95rem; color: var(--accent); margin: 0 0 8px; }
    pre { background: var(--wash); border-radius: 6px; padding: 14px 16px; overflow-x: auto; margin: 8px 0 0;
      font: 0.8rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
    .scroll { overflow-x: auto; margin: 0 0 20px; }
    figure .scroll { max-height: 340px; overflow-y: auto; margin: 6px 0 0; }
    table { border-collapse: collapse; font-size: 0.88rem; line-height: 1.4; width: 100%; }
    caption { text-align: left; font-size: 0.85rem; color: var(--muted); padding: 0 0 6px; }
    th, td { text-align: left; vertical-align: top; padding: 6px 18px 6px 0; border-bottom: 1px solid var(--rule);
      font-weight: 400; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { color: var(--muted); font-size: 0.8rem; font-weight: 550; vertical-align: bottom;
      border-color: var(--axis); }
    .number { text-align: right; white-space: nowrap; }
    .number.wraps { white-space: normal; }
    td small { display: block; font-size: 0.78rem; color: var(--muted); white-space: nowrap; }
    td:first-child small { white-space: normal; overflow-wrap: anywhere; }
    .muted { color: var(--muted); }
    td.good { color: var(--good); }
    td.bad { color: var(--bad); }
    .sources td:first-child { min-width: 10em; }
    .whole { display: flex; justify-content: space-between; max-width: none; font-size: 0.88rem; margin: 8px 0 4px; }
    .whole b { font-weight: 600; white-space: nowrap; padding-left: 1em; }
    .shares { display: flex; gap: 2px; height: 34px; margin: 0 0 8px; }
    .shares span { flex: 0 1 0; min-width: 2px; color: var(--on-series); font-size: 0.76rem; font-weight: 600;
      display: flex; align-items: center; justify-content: center; overflow: hidden; }
    .shares span:first-child { border-radius: 4px 0 0 4px; }
    .shares span:last-child { border-radius: 0 4px 4px 0; }
    .parts caption, .bars caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); }
    .parts, .bars { margin: 0 0 14px; }
    .parts th i { margin-right: 8px; }
    .slim { max-width: 720px; }
    .single .parts { max-width: 560px; }
    .single .bars { max-width: 860px; }
    .bars th, .bars td { vertical-align: middle; padding-top: 5px; padding-bottom: 5px; }
    .bars thead th, .bars thead td { border: 0; padding-top: 0; }
    .bars .muted { white-space: nowrap; font-size: 0.82rem; }
    .bars td.bar { width: 40%; vertical-align: middle; }
    .bars i { height: 12px; background: var(--series-1); border-radius: 0 3px 3px 0; vertical-align: middle;
      min-width: 1px; }
    .tornado caption, .pairs caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); }
    .tornado th, .tornado td, .pairs th, .pairs td { vertical-align: middle; padding-top: 5px; padding-bottom: 5px; }
    .tornado thead th, .pairs thead th, .pairs thead td { vertical-align: bottom; }
    .tornado small { color: var(--muted); font-size: 0.78rem; white-space: nowrap; }
    .tornado td.track { width: 56%; padding: 5px 60px; }
    .tornado em { position: absolute; top: -1px; padding: 0 5px; font-style: normal; font-size: 0.78rem;
      white-space: nowrap; }
    .tornado td.track span { display: block; position: relative; height: 14px; }
    .tornado td.track i, .tornado td.track b { position: absolute; top: 0; height: 14px; min-width: 1px; }
    .tornado td.track i.low { background: var(--series-2); }
    .tornado td.track i.high { background: var(--series-1); }
    .tornado td.track b { width: 1px; background: var(--ink); top: -6px; height: 26px; }
    .pairs td.bar { width: 46%; }
    .pairs td.bar i { display: block; height: 7px; margin: 1px 0; border-radius: 0 2px 2px 0; min-width: 1px; }
    td i.share { display: block; height: 5px; margin-top: 4px; border-radius: 3px; background: var(--rule); }
    td i.share b { display: block; height: 5px; border-radius: 3px; background: var(--series-1); }
    td.share { min-width: 6.5em; }
    .unbroken { white-space: nowrap; }
    .wide { font-size: 0.82rem; }
    .wide th:not(:last-child), .wide td:not(:last-child) { padding-right: 12px; }
    code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
    .deviations caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .deviations th, .deviations td { vertical-align: middle; padding-top: 5px; padding-bottom: 5px; }
    .deviations thead th, .deviations thead td { vertical-align: bottom; }
    .deviations td.dots, .deviations thead th:last-child { width: 56%; padding: 0 16px; }
    .deviations td.dots div { position: relative; height: 28px; }
    .deviations .scale { position: relative; height: 16px; }
    .deviations .scale span { position: absolute; transform: translateX(-50%); font-weight: 400; }
    .deviations u { position: absolute; top: 0; height: 100%; background: var(--good); opacity: 0.1; }
    .deviations b { position: absolute; left: 50%; top: 0; width: 1px; height: 100%; background: var(--axis); }
    .deviations td.dots i { position: absolute; top: 9px; width: 9px; height: 9px; margin-left: -4.5px;
      border-radius: 50%; background: var(--series-1); opacity: 0.55; }
    .deviations td.dots i.beyond { background: none; border: 1.5px solid var(--bad); opacity: 0.8; }
    .sideways { display: none; font-size: 0.75rem; color: var(--muted); margin: 0 0 4px; }
    .notes { margin: 0 0 20px; padding: 0; list-style: none; }
    .notes li { border-left: 3px solid var(--rule); padding: 2px 0 2px 14px; margin: 0 0 10px; max-width: 46em;
      color: var(--soft); }
    footer { margin-top: 56px; border-top: 1px solid var(--rule); padding-top: 14px; font-size: 0.78rem;
      color: var(--muted);
      overflow-wrap: anywhere; }
    a:focus-visible, button:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
      outline: 2px solid var(--accent); outline-offset: 2px; }
    @media (max-width: 860px) { .charts { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 560px) {
      main { padding: 28px 18px 48px; }
      h1 { font-size: 1.6rem; }
      .lead { font-size: 1.05rem; }
      .headlines { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 18px; margin-top: 26px; }
      .headlines .value { font-size: 1.5rem; }
      section { margin-top: 36px; padding-top: 22px; }
      .plot, .single .plot { height: 230px; }
      .plot.tall, .single .plot.tall { height: 340px; }
      th, td { padding-right: 12px; }
      .scroll th:first-child, .scroll td:first-child { min-width: 6.2em; }
      .bars thead tr { display: none; }
      .bars tbody tr { display: grid; grid-template-columns: 4.8em minmax(0, 1fr) auto; align-items: center;
        border-bottom: 1px solid var(--rule); padding: 3px 0; }
      .bars th, .bars td { border: 0; padding: 2px 8px 2px 0; }
      .bars th { grid-column: 1 / -1; }
      .bars td.number { text-align: left; }
      .bars td.bar { width: auto; }
      .pairs th, .tornado th { overflow-wrap: anywhere; }
      .pairs td.bar { width: 34%; }
      .pan { overflow-x: auto; }
      .plot.flow { min-width: 900px; }
      .plot.timeline { min-width: 920px; }
      .tornado td.track { width: 46%; padding: 5px 34px; }
      .tornado em { font-size: 0.7rem; padding: 0 3px; }
      .tornado small { display: block; white-space: normal; }
      .deviations td.dots, .deviations thead th:last-child { width: 52%; padding: 0 12px; }
      .deviations .scale span:nth-child(even), .deviations .scale span:first-child { font-size: 0; }
    }
    @media screen and (max-width: 600px) {
      .cards, .cards tbody, .cards tr, .cards td, .cards caption { display: block; width: auto; }
      .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .cards tr { padding: 7px 0; border-bottom: 1px solid var(--axis); }
      .cards td, .cards td.number { border: 0; padding: 2px 0; text-align: left; white-space: normal; }
      .cards td[data-label] { display: grid; grid-template-columns: minmax(0, 42%) minmax(0, 1fr); gap: 0 10px;
        overflow-wrap: anywhere; }
      .cards td[data-label]::before { content: attr(data-label); color: var(--muted); overflow-wrap: normal; }
      .cards td[data-label] small, .cards td[data-label] i.share { grid-column: 2; white-space: normal; }
      .cards td:first-child { font-weight: 600; }
      .cards td:first-child small { font-weight: 400; }
      .cards td:empty { display: none; }
      .sideways { display: block; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @page { size: A4; margin: 14mm 15mm; }
    @media print {
      html { font-size: 12.5px; }
      body { font-size: 10pt; }
      main { max-width: none; padding: 0; }
      nav, details.data, .download { display: none; }
      details:not([open]) > summary { list-style: none; color: var(--muted); font-size: 8pt; }
      details:not([open]) > summary::after { content: " \\2013 folded; open it before printing"; }
      details[open] > summary { list-style: none; color: var(--ink); }
      section { margin-top: 16pt; padding-top: 10pt; }
      h2 { margin-bottom: 9pt; }
      h2, h3, section > p, figcaption, .legend, .axis, caption, summary { break-after: avoid; }
      figure, .headlines div, tr, .notes li { break-inside: avoid; }
      .charts { gap: 11pt 20pt; margin: 8pt 0 12pt; }
      figcaption { margin-bottom: 4pt; font-size: 8pt; }
      table { line-height: 1.3; }
      .slim, .bars, .parts, .tornado, .pairs { break-inside: avoid; }
      .wide { font-size: 6.8pt; }
      .wide th, .wide td { padding-right: 5pt !important; padding-top: 2.5pt; padding-bottom: 2.5pt; }
      .wide td small { white-space: normal; font-size: 5.8pt; }
      .wide .number { white-space: normal; }
      .wide td { overflow-wrap: anywhere; }
      .charts:not(.single) { grid-template-columns: repeat(2, minmax(0, 1fr)); }
      .plot, .single .plot { height: auto !important; }
      .plot.flow, .plot.timeline { zoom: 0.74; }
      .bars td.bar { width: 24%; }
      .headlines { grid-template-columns: repeat(5, 1fr); gap: 0 12pt; margin-top: 18pt; }
      .headlines .value { font-size: 15pt; }
      .lead { font-size: 11pt; }
      h1 { font-size: 20pt; }
      .scroll { overflow: visible; max-height: none; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      .mark, .badges li { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      td i.share, td i.share b, .deviations u, .deviations b, .deviations i, .bands i, .tornado i, .tornado b, .pairs i,
      .shares span, .legend i, .parts i, .bars i { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }
    """
}
