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
        dollars: function (value) {
          return Math.abs(value) < 99999.5 ? '$' + digits(value) : '$' + formats.count(value);
        },
        year: function (value) {
          var year = Math.floor(value + 1e-9), month = Math.floor((value - year) * 12 + 1e-6) + 1;
          return month > 1 ? year + '-' + (month < 10 ? '0' : '') + month : String(year);
        },
        percent: function (value) { return digits(value * 100) + '%'; }
      };
      function escaped(text) {
        return String(text).replace(/[&<>"]/g, function (letter) { return '&#' + letter.charCodeAt(0) + ';'; });
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
          return x(value[0]) + items.map(function (item) {
            return '<br>' + item.marker + escaped(item.seriesName) + ' <b>' + y(item.value[1]) + '</b>';
          }).join('');
        };
      }
      function palette() {
        var style = getComputedStyle(document.documentElement);
        return function (name) { return style.getPropertyValue('--' + name).trim(); };
      }
      function resolve(value, color) {
        if (typeof value === 'string') {
          if (value.indexOf('@color:') === 0) return color(value.slice(7));
          if (value.indexOf('@format:') === 0) return formats[value.slice(8)];
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
        var chart = JSON.parse(place.parentNode.querySelector('script').textContent);
        chart.yName = place.getAttribute('data-y');
        return { place: place, chart: chart, drawn: null, hidden: {} };
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
        entry.drawn.setOption(option);
      }
      function drawAll() { charts.forEach(function (entry) { draw(entry); }); }
      charts.forEach(function (entry) {
        var keys = entry.place.parentNode.querySelectorAll('.legend button');
        Array.prototype.forEach.call(keys, function (key) {
          key.addEventListener('click', function () {
            var name = key.getAttribute('data-name');
            entry.hidden[name] = !entry.hidden[name];
            key.setAttribute('aria-pressed', String(!entry.hidden[name]));
            draw(entry);
          });
        });
      });
      document.documentElement.classList.add('drawn');
      drawAll();
      var waiting = 0;
      window.addEventListener('resize', function () {
        clearTimeout(waiting);
        waiting = setTimeout(function () {
          charts.forEach(function (entry) { entry.drawn.resize(); });
        }, 80);
      });
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
      window.addEventListener('beforeprint', function () {
        document.documentElement.classList.add('printed');
        var closed = document.querySelectorAll('details.verbatim');
        Array.prototype.forEach.call(closed, function (part) { part.open = true; });
        charts.forEach(function (entry) { draw(entry, entry.place.getAttribute('data-print')
          .split(' ').map(Number)); });
      });
      window.addEventListener('afterprint', function () {
        document.documentElement.classList.remove('printed');
        drawAll();
      });
    })();
    """#
}
