using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public const TensorStringStyle julia = TensorStringStyle.Julia;
    public const TensorStringStyle numpy = TensorStringStyle.Numpy;
    public const TensorStringStyle csharp = TensorStringStyle.CSharp;

    private static string float_format = "g5";
    private static int line_width = 100;
    private static string new_line = "\n";

    public static TensorStringStyle TensorStringStyle { get; set; } = TensorStringStyle.Julia;

    /// <summary>What str() and its kin take when they are not told; precision is a count of decimals.</summary>
    public static void set_printoptions(
        int precision, int? linewidth = null, string? newLine = null, bool sci_mode = false, int? maxRows = null,
        int? maxColumns = null) =>
        set_printoptions(null, $"{(sci_mode ? "E" : "F")}{precision}", linewidth, newLine, maxRows, maxColumns);

    public static void set_printoptions(
        TensorStringStyle? style = null, string? floatFormat = null, int? linewidth = null, string? newLine = null,
        int? maxRows = null, int? maxColumns = null)
    {
        TensorStringStyle = style ?? TensorStringStyle;
        float_format = floatFormat ?? float_format;
        line_width = linewidth ?? line_width;
        new_line = newLine ?? new_line;
    }

    public partial class Tensor
    {
        public override string ToString() => ToString(TensorStringStyle.Metadata);

        public string ToString(
            bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null,
                string? newLine = null) =>
            ToString(disamb ? torch.TensorStringStyle : TensorStringStyle.Metadata, fltFormat, width, cultureInfo,
                newLine);

        public string ToString(
            TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null,
            string? newLine = null)
        {
            var culture = cultureInfo ?? CultureInfo.InvariantCulture;
            var format = fltFormat ?? float_format;
            var lineEnd = newLine ?? new_line;
            return (style == TensorStringStyle.Default ? torch.TensorStringStyle : style) switch
            {
                TensorStringStyle.Metadata => Metadata(),
                TensorStringStyle.Numpy => Nested("[", "]", ", ", lineEnd, format, culture),
                TensorStringStyle.CSharp => Metadata() + ", value = " + Nested("{", "}", ", ", lineEnd, format,
                    culture),
                _ => Julia(lineEnd, format, width ?? line_width, culture),
            };
        }

        public string str(
            string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(TensorStringStyle.Default, fltFormat, width, cultureInfo, newLine);

        public string jlstr(
            string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(TensorStringStyle.Julia, fltFormat, width, cultureInfo, newLine);

        public string npstr(
            string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

        public string cstr(
            string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

        public Tensor print(
            string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null,
            TensorStringStyle style = TensorStringStyle.Default)
        {
            Console.WriteLine(ToString(style, fltFormat, width, cultureInfo, newLine));
            return this;
        }

        private string Metadata() =>
            IsInvalid ? "<invalid>" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        // Row-major text of every element; matrices of higher rank one below the other, each under its position.
        private string Julia(string newLine, string format, int width, CultureInfo culture)
        {
            var values = Texts(format, culture);
            var sizes = shape;
            var text = new StringBuilder(Metadata());
            if (sizes.Length == 0)
            {
                return text.Append(", value = ").Append(values[0]).ToString();
            }

            if (values.Length == 0)
            {
                return text.ToString();
            }

            var column = values.Max(value => value.Length);
            var columns = sizes[^1];
            var rows = sizes.Length > 1 ? sizes[^2] : 1;
            var shown = Math.Max(1, Math.Min(columns, (width - 4) / (column + 1)));
            for (var at = 0L; at < values.Length; at += rows * columns)
            {
                text.Append(newLine);
                if (sizes.Length > 2)
                {
                    text.Append('[').AppendJoin(',', Position(at, sizes[..^2],
                        rows * columns)).Append(",..,..] =").Append(newLine);
                }

                for (var row = 0L; row < rows; row++)
                {
                    for (var i = 0L; i < shown; i++)
                    {
                        text.Append(' ').Append(values[at + (row * columns) + i].PadLeft(column));
                    }

                    text.Append(shown < columns ? " ..." : "").Append(row + 1 < rows ? newLine : "");
                }
            }

            return text.Append(newLine).ToString();
        }

        private string Nested(
            string open, string close, string separator, string newLine, string format, CultureInfo culture)
        {
            var values = Texts(format, culture);
            var sizes = shape;
            var text = new StringBuilder();
            var next = 0;
            Write(0);
            return text.ToString();

            void Write(int depth)
            {
                if (depth == sizes.Length)
                {
                    text.Append(values[next++]);
                    return;
                }

                text.Append(open);
                for (var i = 0L; i < sizes[depth]; i++)
                {
                    if (i > 0)
                    {
                        text.Append(depth == sizes.Length - 1
                            ? separator
                            : separator.TrimEnd() + newLine + new string(' ', depth + 1));
                    }

                    Write(depth + 1);
                }

                text.Append(close);
            }
        }

        private static IEnumerable<long> Position(long at, long[] sizes, long block)
        {
            var index = at / block;
            var position = new long[sizes.Length];
            for (var d = sizes.Length - 1; d >= 0; d--)
            {
                position[d] = index % sizes[d];
                index /= sizes[d];
            }

            return position;
        }

        private string[] Texts(string format, CultureInfo culture)
        {
            using var off = no_grad();
            using var scope = NewDisposeScope();
            var host = detach().cpu();
            return host.dtype switch
            {
                ScalarType.Bool => [.. host.data<bool>().Select(value => value ? "true" : "false")],
                ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 =>
                    [.. host.to(ScalarType.ComplexFloat64).data<System.Numerics.Complex>()
                        .Select(value => value.ToString(format, culture))],
                var type when torch.is_floating_point(type) =>
                    [.. host.to(ScalarType.Float64).data<double>().Select(value => value.ToString(format, culture))],
                _ => [.. host.to(ScalarType.Int64).data<long>().Select(value => value.ToString(culture))],
            };
        }
    }
}
