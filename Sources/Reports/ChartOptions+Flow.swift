extension ChartOptions {
  /// Nodes stand in their columns, in their order from the top; a link has the colour of what it comes from, or where
  /// it ends in another hue, lost or waiting, of that end.
  static func options(_ flow: Chart.Flow) -> JSONValue {
    let links = flow.links.filter { $0.value > 0 && $0.value.isFinite }
    let used = flow.nodes.filter { node in links.contains { $0.from == node.name || $0.to == node.name } }
    func hue(_ name: String) -> Int? { used.first { $0.name == name }?.colour.hue }
    let nodes = used.map { node -> JSONValue in
      [
        "name": .text(node.name), "depth": .number(Double(node.column)), "note": .text(node.note),
        "itemStyle": ["color": .text("@color:\(node.colour.name)"), "opacity": .number(node.colour.strength)],
        "label": [
          "formatter": .text(node.note.isEmpty ? node.name : "{name|\(node.name)}\n{note|\(node.note)}")
        ],
      ]
    }
    let series: JSONValue = [
      "type": "sankey", "left": 2, "right": 128, "top": 12, "bottom": 8, "nodeWidth": 10, "nodeGap": 20,
      "nodeAlign": "left", "draggable": false, "layoutIterations": 0, "emphasis": ["focus": "adjacency"],
      "label": [
        "position": "right", "color": "@color:ink", "fontSize": 11, "distance": 5, "textBorderColor": "@color:paper",
        "textBorderWidth": 3,
        "rich": [
          "name": [
            "color": "@color:ink", "fontSize": 11, "fontWeight": 600, "lineHeight": 14,
            "textBorderColor": "@color:paper", "textBorderWidth": 3,
          ],
          "note": [
            "color": "@color:soft", "fontSize": 11, "lineHeight": 14, "textBorderColor": "@color:paper",
            "textBorderWidth": 3,
          ],
        ],
      ], "lineStyle": ["opacity": 0.28, "curveness": 0.5], "data": .array(nodes),
      "links": .array(
        links.map { link -> JSONValue in
          let isEnd = !links.contains { $0.from == link.to } && hue(link.to) != hue(link.from)
          return [
            "source": .text(link.from), "target": .text(link.to), "value": .number(link.value),
            "lineStyle": ["color": isEnd ? "target" : "source"],
          ]
        }),
    ]
    return wrap(
      ["tooltip": ["trigger": "item"], "series": [series]], x: .plain, y: flow.axis.notation, kind: "flow")
  }
}
