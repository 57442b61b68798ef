/// The page's own script: it hands each chart's options to ECharts in the colours of the moment.
enum PageScript {
  static let text = #"""
    (function () {
      'use strict';
      if (typeof echarts === 'undefined') return;
      function digits(value, unit) {
        var size = Math.abs(value), places = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
        var text = size === 0 ? '0' : size < 0.9995 ? String(Number(value.toPrecision(3))) :
          value.toFixed(places).replace(/\.?0+$/, function (tail) { return tail.charAt(0) === '.' ? '' : tail; });
        text = text.replace(/^(-?\d+)(?=\.|$)/, function (whole) { return whole.replace(/\B(?=(\d{3})+$)/g, ','); });
        return text.replace('-', '\u2212') + (unit ? '\u00a0' + unit : '');
      }
      function scaled(value, units) {
        if (!value) return '0';
        for (var i = 0; i < units.length - 1; i++)
          if (Math.abs(value) >= units[i][1] * 0.9995) return digits(value / units[i][1], units[i][0]);
        var last = units[units.length - 1];
        return digits(value / last[1], last[0]);
      }
      function duration(value) {
        if (Math.abs(value) < 99.95 && value !== 60)
          return scaled(value, [['s', 1], ['ms', 1e-3], ['\u00b5s', 1e-6], ['ns', 1e-9]]);
        var whole = Math.round(value);
        var parts = whole < 3600 ? [whole / 60, 'min', whole % 60, 's'] :
          whole < 86400 ? [whole / 3600, 'h', whole % 3600 / 60, 'min'] :
          [whole / 86400, 'd', whole % 86400 / 3600, 'h'];
        var tail = Math.floor(parts[2]);
        return Math.floor(parts[0]) + '\u00a0' + parts[1] + (tail ? ' ' + tail + '\u00a0' + parts[3] : '');
      }
      function money(sign, value) {
        return Math.abs(value) < 99999.5 ? sign + digits(value) :
          sign + scaled(value, [['tn', 1e12], ['bn', 1e9], ['M', 1e6], ['k', 1e3]]);
      }
      var formats = {
        plain: function (value) { return digits(value); },
        count: function (value) {
          return Math.abs(value) < 9999.5 ? digits(value) :
            scaled(value, [['T', 1e12], ['G', 1e9], ['M', 1e6], ['k', 1e3], ['', 1]]);
        },
        duration: duration,
        bytes: function (value) {
          return scaled(value, [['PB', 1e15], ['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['kB', 1e3], ['B', 1]]);
        },
        watts: function (value) { return scaled(value, [['GW', 1e9], ['MW', 1e6], ['kW', 1e3], ['W', 1]]); },
        joules: function (value) {
          return scaled(value, [['GJ', 1e9], ['MJ', 1e6], ['kJ', 1e3], ['J', 1], ['mJ', 1e-3]]);
        },
        dollars: function (value) { return money('$', value); },
        yuan: function (value) { return money('\u00a5', value); },
        year: function (value) {
          var year = Math.floor(value + 1e-9), month = Math.floor((value - year) * 12 + 1e-6) + 1;
          return month > 1 ? year + '-' + (month < 10 ? '0' : '') + month : String(year);
        },
        percent: function (value) { return digits(value * 100) + '%'; }
      };
      /* At an axis: 2.5% beside 2%, not 2.50%. */
      function ticked(format) {
        return function (value) { return format(value).replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, ''); };
      }
      function escaped(text) {
        return String(text).replace(/[&<>"]/g, function (letter) { return '&#' + letter.charCodeAt(0) + ';'; });
      }
      function isStacked(chart) { return chart.kind === 'stack' || chart.kind === 'whole'; }
      function fan(items, y) {
        var medians = items.filter(function (item) { return item.value.length > 2; });
        return medians.map(function (item) {
          var value = item.value;
          return '<br>' + item.marker + (medians.length > 1 ? escaped(item.seriesName) + ' ' : '') + '<b>' +
            y(value[1]) + '</b><br>half of all draws ' + y(value[3]) + ' \u2013 ' + y(value[4]) +
            '<br>nine in ten ' + y(value[2]) + ' \u2013 ' + y(value[5]);
        }).join('');
      }
      function series(chart, items, y) {
        var height = isStacked(chart) ? 0 : 1, total = 0;
        var lines = items.map(function (item) {
          total += item.value[height];
          var look = chart.option.series[item.seriesIndex].itemStyle, opacity = look && look.opacity || 1;
          return '<br><span style="opacity:' + opacity + '">' + item.marker + '</span>' + escaped(item.seriesName) +
            ' <b>' + y(item.value[height]) + '</b>';
        });
        if (isStacked(chart)) lines.reverse();
        return lines.join('') + (chart.kind === 'stack' ? '<br>together <b>' + y(total) + '</b>' : '');
      }
      function happened(chart, x, y) {
        var lines = chart.option.series.filter(function (one) { return one.name !== 'published'; });
        var data = lines[lines.length - 1].data, place = isStacked(chart) ? 1 : 0;
        var half = data.length > 1 ? (data[1][place] - data[0][place]) / 2 : 0;
        function isNear(at) { return Math.abs(at - x) <= half * 1.001; }
        function line(mark, text) {
          return '<br><span style="white-space:normal">' + mark + ' ' + escaped(text) + '</span>';
        }
        var dots = chart.option.series.filter(function (one) { return one.type === 'scatter'; });
        return (dots.length ? dots[0].data : []).filter(function (dot) { return isNear(dot.value[0]); })
          .map(function (dot) {
            return line('\u25cb', dot.name + ': ' + y(dot.value[1]) + ' (' + y(dot.low) + ' \u2013 ' + y(dot.high) +
              '), ' + dot.source);
          }).concat((chart.events || []).filter(function (event) { return isNear(event.x); })
            .map(function (event) { return line('\u2691', event.text || event.name); })).join('');
      }
      function tooltip(chart) {
        var x = formats[chart.x], y = formats[chart.y];
        return function (given) {
          var items = Array.isArray(given) ? given : [given], first = items[0], value = first.value;
          if (chart.kind === 'bins') {
            var share = '<br><b>' + y(value[1]) + '</b> ';
            return value.length < 5 ? '\u2264 ' + x(value[0]) + share + escaped(first.seriesName) :
              x(value[2]) + ' \u2013 ' + x(value[3]) + share + formats.count(value[4]) + ' ' +
              escaped(first.seriesName);
          }
          if (chart.kind === 'scatter')
            return escaped(first.name) + '<br>' + escaped(chart.option.xAxis.name) + ' <b>' + x(value[0]) + '</b><br>' +
              escaped(chart.yName) + ' <b>' + y(value[1]) + '</b>';
          if (chart.kind === 'heat') return escaped(first.seriesName) + ' <b>' + y(value[2]) + '</b>';
          if (chart.kind === 'timeline')
            return escaped(first.data.when) + '<br><b>' + escaped(first.name) + '</b>' +
              first.data.text.split('; ').map(function (part) { return part && '<br>' + escaped(part); }).join('');
          if (chart.kind === 'flow')
            return first.dataType === 'edge' ?
              escaped(first.data.source) + ' \u2192 ' + escaped(first.data.target) + ' <b>' + y(value) + '</b>' :
              escaped(first.name) + ' <b>' + y(value) + '</b>' +
                (first.data.note ? '<br>' + escaped(first.data.note) : '');
          var last = items[items.length - 1].value, at = isStacked(chart) ? last[1] : last[0];
          return x(at) + (chart.kind === 'fan' ? fan(items, y) : series(chart, items, y)) + happened(chart, at, y);
        };
      }
      function palette() {
        var style = getComputedStyle(document.documentElement);
        return function (name) { return style.getPropertyValue('--' + name).trim(); };
      }
      function resolve(value, color) {
        if (typeof value === 'string') {
          if (value.indexOf('@color:') === 0) return color(value.slice(7));
          if (value.indexOf('@format:') === 0) return ticked(formats[value.slice(8)]);
          if (value === '@font') return getComputedStyle(document.body).fontFamily;
          if (value.indexOf('@cell:') === 0)
            return function (cell) { return formats[value.slice(6)](cell.value[2]); };
          return value;
        }
        if (Array.isArray(value)) {
          if (typeof value[0] === 'number') return value;
          return value.map(function (item) { return resolve(item, color); });
        }
        if (value && typeof value === 'object') {
          var result = {};
          Object.keys(value).forEach(function (key) { result[key] = resolve(value[key], color); });
          return result;
        }
        return value;
      }
      var charts = Array.prototype.map.call(document.querySelectorAll('.plot'), function (place) {
        var figure = place.closest('figure');
        var chart = JSON.parse(figure.querySelector('script').textContent);
        chart.yName = place.getAttribute('data-y');
        return { place: place, figure: figure, chart: chart, drawn: null, hidden: {} };
      });
      function draw(entry, size) {
        var color = palette(), option = resolve(entry.chart.option, color);
        if (entry.drawn) entry.drawn.dispose();
        entry.drawn = echarts.init(entry.place, null,
          size ? { renderer: 'svg', width: size[0], height: size[1] } : { renderer: 'svg' });
        option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
        if (option.tooltip) {
          option.tooltip.formatter = tooltip(entry.chart);
          option.tooltip.confine = true;
          option.tooltip.backgroundColor = color('paper');
          option.tooltip.borderColor = color('rule');
          option.tooltip.textStyle = { color: color('ink'), fontSize: 12 };
          option.tooltip.axisPointer = { lineStyle: { color: color('axis'), type: 'solid' } };
        }
        option.legend.selected = {};
        Object.keys(entry.hidden).forEach(function (name) { option.legend.selected[name] = !entry.hidden[name]; });
        if (entry.chart.forecast) shade(entry.chart, option, color);
        entry.drawn.setOption(option);
        if (entry.chart.events) mark(entry, option, color, size);
      }
      var ruler = document.createElement('canvas').getContext('2d');
      /* What lies beyond what is known. */
      function shade(chart, option, color) {
        var series = isStacked(chart) ? option.series[option.series.length - 1] : option.series[0];
        series.markArea = { silent: true, itemStyle: { color: color('axis'), opacity: 0.13 },
          data: [[{ xAxis: chart.forecast }, { xAxis: option.xAxis.max }]] };
      }
      /* From the right: a flag stands above those whose poles or texts it would cross; none leaves the plot. */
      function hoist(flags, right) {
        flags.forEach(function (flag) { flag.left = Math.max(0, Math.min(flag.x, right - flag.width)); });
        flags.slice().reverse().forEach(function (flag, index, all) {
          flag.row = all.slice(0, index).reduce(function (row, other) {
            return other.left < flag.left + flag.width + 6 ? Math.max(row, other.row + 1) : row;
          }, 0);
        });
        return flags.reduce(function (most, flag) { return Math.max(most, flag.row + 1); }, 0);
      }
      function mark(entry, option, color, size) {
        var drawn = entry.drawn, family = option.textStyle.fontFamily;
        ruler.font = '11px ' + family;
        var area = drawn.getModel().getComponent('grid').coordinateSystem.getRect();
        var flags = entry.chart.events.map(function (event, index) {
          return { name: event.name, number: String(index + 1), tone: event.tone, isEdge: event.isEdge,
            x: drawn.convertToPixel({ xAxisIndex: 0 }, event.x) };
        }).filter(function (flag) { return flag.x >= area.x - 1 && flag.x <= area.x + area.width + 1; });
        flags.sort(function (one, other) { return one.x - other.x; });
        flags.forEach(function (flag) { flag.width = ruler.measureText(flag.name).width + 3; });
        var right = area.x + area.width + 14, rows = hoist(flags, right), numbered = rows > 6;
        if (numbered) {
          flags.forEach(function (flag) {
            flag.name = flag.number;
            flag.width = ruler.measureText(flag.name).width + 3;
          });
          rows = hoist(flags, right);
        }
        entry.figure.classList.toggle('numbered', numbered);
        var top = 4 + 13 * rows, elements = [];
        if (!size && !entry.height) entry.height = entry.place.clientHeight;
        if (!size) {
          entry.place.style.height = entry.height + top + 'px';
          drawn.resize();
          area.height = drawn.getModel().getComponent('grid').coordinateSystem.getRect().height;
        }
        flags.forEach(function (flag) {
          var y = top - 13 * (flag.row + 1), isBins = entry.chart.kind === 'bins';
          var ink = flag.tone === 'bad' ? 'bad' : flag.tone || isBins ? 'ink' : '';
          var stroke = color(ink || 'axis');
          if (!flag.isEdge) elements.push({ type: 'line', silent: true, z: 3,
            shape: { x1: flag.x, x2: flag.x, y1: flag.left < flag.x ? y + 12 : y + 1, y2: area.y + area.height },
            style: { stroke: stroke, lineWidth: 1, lineDash: flag.tone ? [4, 3] : null } });
          elements.push({ type: 'text', silent: true, z: 5, x: flag.left + 3, y: y,
            style: { text: flag.name, fill: color(ink || 'soft'), font: '11px ' + family, stroke: color('paper'),
              lineWidth: 3 } });
        });
        drawn.setOption({ grid: { top: top + 4 }, graphic: { elements: elements } });
      }
      function isShown(entry) { return entry.place.clientWidth > 0; }
      function drawAll() {
        charts.forEach(function (entry) {
          if (isShown(entry)) draw(entry);
          else if (entry.drawn) {
            entry.drawn.dispose();
            entry.drawn = null;
          }
        });
      }
      charts.forEach(function (entry) {
        var keys = entry.figure.querySelectorAll('.legend button');
        Array.prototype.forEach.call(keys, function (key) {
          key.addEventListener('click', function () {
            var name = key.getAttribute('data-name');
            entry.hidden[name] = !entry.hidden[name];
            key.setAttribute('aria-pressed', String(!entry.hidden[name]));
            draw(entry);
          });
        });
      });
      Array.prototype.forEach.call(document.querySelectorAll('details.folded'), function (part) {
        part.addEventListener('toggle', function () {
          charts.forEach(function (entry) {
            if (part.contains(entry.place) && !entry.drawn && isShown(entry)) draw(entry);
          });
        });
      });
      document.documentElement.classList.add('drawn');
      drawAll();
      var waiting = 0;
      window.addEventListener('resize', function () {
        clearTimeout(waiting);
        waiting = setTimeout(function () {
          charts.forEach(function (entry) {
            if (entry.chart.events && isShown(entry)) draw(entry);
            else if (entry.drawn) entry.drawn.resize();
          });
        }, 80);
      });
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
      window.addEventListener('beforeprint', function () {
        document.documentElement.classList.add('printed');
        /* What is folded stays so: paper has what is open. */
        charts.forEach(function (entry) {
          if (isShown(entry)) draw(entry, entry.place.getAttribute('data-print').split(' ').map(Number));
        });
      });
      window.addEventListener('afterprint', function () {
        document.documentElement.classList.remove('printed');
        drawAll();
      });
    })();
    """#
}
