extension Report {
  /// The looks of the page: one column, one accent colour, no ornaments; it prints well too.
  static let style: HTML = """
    :root { --ink: #1b1f24; --soft: #667080; --line: #e4e7eb; --tint: #f6f7f9; --accent: #1d4e89; --good: #1b7a3a; --bad: #b71c1c; }
    * { box-sizing: border-box; }
    body { margin: 0; background: #fff; color: var(--ink); line-height: 1.5; font-size: 15px;
      font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
      font-variant-numeric: tabular-nums; }
    main { max-width: 1080px; margin: 0 auto; padding: 56px 32px 24px; }
    header { border-bottom: 2px solid var(--ink); padding-bottom: 28px; }
    h1 { font-size: 34px; line-height: 1.2; letter-spacing: -0.015em; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
    header p { margin: 8px 0 0; color: var(--soft); font-size: 17px; }
    h2 { font-size: 21px; letter-spacing: -0.01em; margin: 0 0 4px; font-weight: 650; }
    h3 { font-size: 15px; margin: 24px 0 8px; font-weight: 650; }
    section { padding: 36px 0 8px; }
    .lead { margin: 0 0 16px; color: var(--soft); max-width: 46em; }
    .headlines { display: flex; flex-wrap: wrap; gap: 20px 56px; margin: 32px 0 0; }
    .headlines dt { color: var(--soft); font-size: 14px; }
    .headlines dd { margin: 0; font-size: 32px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.25; color: var(--accent); }
    .headlines small { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
    .notes { margin-top: 28px; padding: 14px 18px; border-left: 4px solid #c98a00; background: #fff8e6; }
    .notes p { margin: 0; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, max(280px, 1016px / var(--columns) - 24px)), 1fr)); gap: 24px; margin-top: 16px; }
    .charts img { width: 100%; height: auto; display: block; }
    table { border-collapse: collapse; }
    th { font-weight: 500; text-align: left; }
    .number { text-align: right; }
    .classes, .pairs { margin-top: 12px; font-size: 14px; }
    .classes { width: 100%; table-layout: fixed; }
    .classes thead th, .pairs thead th { color: var(--soft); font-weight: 500; border-bottom: 1px solid var(--ink); padding: 6px 14px 6px 0; }
    .classes td, .classes tbody th, .pairs td { border-bottom: 1px solid var(--line); padding: 5px 14px 5px 0; overflow-wrap: anywhere; }
    .bar i { display: block; height: 3px; margin-top: 1px; background: var(--accent); opacity: 0.55; }
    .confusion { display: flex; flex-wrap: wrap; gap: 24px 48px; align-items: flex-start; overflow-x: auto; }
    .heat { margin-top: 8px; font-size: 12.5px; }
    table.heat td { width: 44px; height: 38px; text-align: center; padding: 0; border: 1px solid #fff; }
    table.heat tbody td { outline: 1px solid #eef0f2; outline-offset: -1px; }
    table.heat tbody th { text-align: right; padding-right: 10px; font-weight: 400; max-width: 130px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    table.heat thead th { vertical-align: bottom; padding: 0 0 8px; font-weight: 400; }
    table.heat thead span { writing-mode: vertical-rl; transform: rotate(180deg); display: inline-block; max-height: 130px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; margin: 0 auto; line-height: 44px; }
    table.heat.dense { font-size: 9.5px; }
    table.heat.dense td { width: 23px; height: 23px; }
    table.heat.dense thead span { line-height: 23px; }
    img.heat { width: min(560px, 100%); image-rendering: pixelated; border: 1px solid var(--line); }
    .examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 20px 16px; margin-top: 8px; }
    figure { margin: 0; font-size: 13px; line-height: 1.35; }
    figure img, .missing { width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--tint); display: block; border-radius: 4px; }
    figure img.tiny { image-rendering: pixelated; }
    .missing { display: grid; place-items: center; color: var(--soft); }
    figcaption { padding-top: 6px; position: relative; overflow-wrap: anywhere; padding-right: 46px; }
    figcaption span { color: var(--soft); }
    figcaption .confidence { position: absolute; right: 0; top: 6px; }
    figcaption b { font-weight: 650; }
    .good { color: var(--good); }
    .bad { color: var(--bad); }
    .facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 28px; margin: 12px 0 0; font-size: 14px; }
    .facts dt { color: var(--soft); }
    .facts dd { margin: 0; overflow-wrap: anywhere; }
    pre { background: var(--tint); border-radius: 6px; padding: 14px 16px; margin: 0; font-size: 12.5px; line-height: 1.5; overflow-x: auto;
      font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    details { margin-top: 16px; }
    summary { cursor: pointer; color: var(--accent); }
    footer { max-width: 1080px; margin: 0 auto; padding: 24px 32px 56px; color: var(--soft); font-size: 13px; }
    @media print { body { font-size: 12px; } main { padding: 0; } pre { white-space: pre-wrap; } section { break-inside: avoid-page; } }

    """
}
