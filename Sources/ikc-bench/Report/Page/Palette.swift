/// The page's colours and type, light and dark. A contender has its colour everywhere.
enum Palette {
  /// The class that gives a contender's marks their colour.
  static func name(_ contender: Contender) -> String {
    switch contender.role {
    case .floor, .part: "floor"
    case .perl: "perl"
    case .ikc: contender.name.hasSuffix("async") ? "async" : contender.name.hasSuffix("queue") ? "queue" : "ikc"
    }
  }

  private static let names = ["floor", "ikc", "async", "queue", "perl"]

  private static let light = """
    --page:#f6f6f3;--card:#fcfcfb;--ink:#0b0b0b;--soft:#52514e;--faint:#7d7c77;--grid:#e4e3dd;--edge:#dcdbd5;\
    --floor:#9a9a94;--ikc:#2a78d6;--async:#1baf7a;--queue:#8b5cd6;--perl:#eb6834
    """

  private static let dark = """
    --page:#111110;--card:#1a1a19;--ink:#ffffff;--soft:#c3c2b7;--faint:#918f86;--grid:#2c2c2a;--edge:#33332f;\
    --floor:#74746e;--ikc:#3987e5;--async:#199e70;--queue:#9a75e0;--perl:#d95926
    """

  /// Marks and text of a picture.
  static let marks = """
    text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums;fill:var(--soft)}\
    text.ink{fill:var(--ink)}text.strong{fill:var(--ink);font-weight:600}text.faint{fill:var(--faint);font-size:11px}\
    .grid{stroke:var(--grid);stroke-width:1}.base{stroke:var(--faint);stroke-width:1}\
    .reference{stroke:var(--faint);stroke-width:1;stroke-dasharray:4 4}\
    .stroke{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\
    .cut{stroke:var(--card);stroke-width:4}.dot{stroke:var(--card);stroke-width:1.5}\
    \(names.map { ".fill.\($0){fill:var(--\($0))}.stroke.\($0){stroke:var(--\($0))}" }.joined())
    """

  static let colours = ":root{\(light)}@media(prefers-color-scheme:dark){:root{\(dark)}}"

  /// For a picture that stands alone.
  static let picture = colours + marks

  static let page = """
    \(colours)\(marks)
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);\
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;-webkit-font-smoothing:antialiased}
    main{max-width:1080px;margin:0 auto;padding:40px 24px 64px}
    h1{font-size:28px;line-height:1.2;letter-spacing:-.02em;margin:0 0 8px}
    h2{font-size:19px;letter-spacing:-.01em;margin:44px 0 14px}
    h3{font-size:15px;font-weight:600;margin:0}
    p{margin:0 0 6px;color:var(--soft)}
    code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink);overflow-wrap:anywhere}
    .card{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:18px 20px;margin:0 0 16px}
    .head{display:flex;flex-wrap:wrap;gap:6px 20px;align-items:baseline;justify-content:space-between;margin:0 0 10px}
    .legend{display:flex;flex-wrap:wrap;gap:4px 16px;color:var(--soft);font-size:13px}
    .legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px}
    \(names.map { "i.\($0){background:var(--\($0))}" }.joined())
    header{margin-bottom:24px}.alone{margin-top:14px}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:12px 28px;margin-top:14px}
    .small{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:0 16px}
    figure{margin:0}figcaption{font-size:13px;color:var(--soft);margin:0 0 4px}
    svg{display:block;width:100%;height:auto}
    .note{font-size:13px;margin:10px 0 0}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
    th{font-weight:500;color:var(--soft);text-align:right;padding:6px 10px;border-bottom:1px solid var(--edge)}
    td{text-align:right;padding:5px 10px;white-space:nowrap}
    tr.group td{text-align:left;font-weight:600;padding-top:14px}
    th:first-child,td:first-child{text-align:left;padding-left:0}
    """
}
