using System.Buffers.Binary;
using System.Text;

namespace EdgeRestore.TestPackages;

/// <summary>
/// What a camera tells in a photograph's file: written by hand, and read again without the code under test.
/// </summary>
/// <param name="Make">Whose camera it was.</param>
/// <param name="Time">When it was taken.</param>
/// <param name="Orientation">1: as the pixels lie; 6: to be turned clockwise.</param>
/// <param name="Latitude">Degrees.</param>
/// <param name="HasThumbnail">Whether there is a small picture of it.</param>
/// <param name="HasProfile">Whether there is a colour profile.</param>
public sealed record TestPhotograph(
    string Make, string Time, int Orientation, int Latitude, bool HasThumbnail, bool HasProfile)
{
    private const int MakeTag = 0x010F;
    private const int OrientationTag = 0x0112;
    private const int TimeTag = 0x0132;
    private const int ThumbnailTag = 0x0201;
    private const int ThumbnailLengthTag = 0x0202;
    private const int GpsTag = 0x8825;
    private const int LatitudeTag = 2;

    private const int Ascii = 2;
    private const int Short = 3;
    private const int Long = 4;
    private const int Rational = 5;

    // Bytes of a value, by its type.
    private static readonly int[] Sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];

    /// <summary>What the tests' camera tells.</summary>
    public static TestPhotograph Sample { get; } = new("Camera Works", "2026:11:23 04:05:06", 6, 52, true, true);

    /// <summary>Puts all of it into a JPEG that tells nothing.</summary>
    public byte[] AddTo(ReadOnlySpan<byte> jpeg)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. WriteTiff(HasThumbnail ? jpeg.ToArray() : [])];
        return
        [
            .. jpeg[..2],
            .. Segment(0xE1, exif),
            .. HasProfile ? Segment(0xE2, [.. "ICC_PROFILE\0\u0001\u0001"u8, .. WriteProfile()]) : [],
            .. jpeg[2..],
        ];
    }

    /// <summary>Reads a JPEG, PNG or WebP that tells something.</summary>
    public static TestPhotograph Read(byte[] file)
    {
        var tiff = file.AsSpan(FindTiff(file));
        var isBig = tiff[0] == 'M';
        var (main, small) = ReadDirectory(tiff, Number(tiff[4..], 4, isBig), isBig);
        var gps = ReadDirectory(tiff, ValueOf(main, GpsTag, isBig), isBig).Entries;
        var thumbnail = small == 0 ? [] : ReadDirectory(tiff, small, isBig).Entries;
        return new TestPhotograph(
            TextOf(main, MakeTag),
            TextOf(main, TimeTag),
            ValueOf(main, OrientationTag, isBig),
            ValueOf(gps, LatitudeTag, isBig),
            thumbnail.ContainsKey(ThumbnailTag),
            ((string[])["ICC_PROFILE\0", "iCCP", "ICCP"]).Any(name => IndexOf(file, name) >= 0));
    }

    private byte[] WriteTiff(byte[] thumbnail)
    {
        // Header, two directories of the image, one of the place; what does not fit into an entry stands behind them.
        const int header = 8;
        var (mainAt, gpsAt) = (header, header + LengthOf(4));
        var smallAt = gpsAt + LengthOf(1);
        var behind = new List<byte>();
        var behindAt = smallAt + LengthOf(2);
        var main = Directory(
            HasThumbnail ? smallAt : 0,
            Entry(MakeTag, Ascii, Encoding.ASCII.GetBytes(Make + '\0')),
            Entry(OrientationTag, Short, [0, (byte)Orientation]),
            Entry(TimeTag, Ascii, Encoding.ASCII.GetBytes(Time + '\0')),
            Entry(GpsTag, Long, Bytes(gpsAt)));

        // Degrees, minutes and seconds, each a fraction.
        var latitude = ((int[])[Latitude, 30, 0]).SelectMany(part => (byte[])[.. Bytes(part), .. Bytes(1)]);
        var gps = Directory(0, Entry(LatitudeTag, Rational, [.. latitude]));
        var thumbnailAt = behindAt + behind.Count;
        behind.AddRange(thumbnail);
        var small = Directory(
            0, Entry(ThumbnailTag, Long, Bytes(thumbnailAt)), Entry(ThumbnailLengthTag, Long, Bytes(thumbnail.Length)));
        return [.. "MM\0*"u8, .. Bytes(mainAt), .. main, .. gps, .. small, .. behind];

        byte[] Entry(int tag, int type, byte[] value)
        {
            var count = value.Length / Sizes[type];
            var place = value.Length <= 4 ? [.. value, .. new byte[4 - value.Length]] : Bytes(behindAt + behind.Count);
            if (value.Length > 4)
            {
                behind.AddRange(value);
                behind.AddRange(new byte[value.Length % 2]);
            }

            return [(byte)(tag >> 8), (byte)tag, 0, (byte)type, .. Bytes(count), .. place];
        }
    }

    private static int LengthOf(int entries) => 2 + (12 * entries) + 4;

    private static byte[] Directory(int next, params byte[][] entries) =>
        [0, (byte)entries.Length, .. entries.SelectMany(entry => entry), .. Bytes(next)];

    // ICC.1, version 2, of a screen: the primaries of sRGB adapted to D50, in 65,536ths, and gamma 2.2.
    private static byte[] WriteProfile()
    {
        (string Name, int[] Xyz)[] colours =
        [
            ("wtpt", [63190, 65536, 54061]), ("rXYZ", [28578, 14581, 912]), ("gXYZ", [25238, 46982, 6364]),
            ("bXYZ", [9377, 3973, 46794]),
        ];
        string[] curves = ["rTRC", "gTRC", "bTRC"];
        const int header = 128, xyzLength = 20, curveLength = 16;
        var table = new List<byte>(Bytes(colours.Length + curves.Length));
        var values = new List<byte>();
        var valuesAt = header + 4 + (12 * (colours.Length + curves.Length));
        foreach (var (name, xyz) in colours)
        {
            table.AddRange([.. Encoding.ASCII.GetBytes(name), .. Bytes(valuesAt + values.Count), .. Bytes(xyzLength)]);
            values.AddRange([.. "XYZ "u8, .. Bytes(0), .. xyz.SelectMany(Bytes)]);
        }

        foreach (var name in curves)
        {
            table.AddRange(
                [.. Encoding.ASCII.GetBytes(name), .. Bytes(valuesAt + values.Count), .. Bytes(curveLength)]);
        }

        values.AddRange([.. "curv"u8, .. Bytes(0), .. Bytes(1), 2, 0x33, 0, 0]);
        byte[] profile = [.. new byte[header], .. table, .. values];
        Bytes(profile.Length).CopyTo(profile, 0);
        profile[8] = 2;
        "mntrRGB XYZ "u8.CopyTo(profile.AsSpan(12));
        "acsp"u8.CopyTo(profile.AsSpan(36));
        colours[0].Xyz.SelectMany(Bytes).ToArray().CopyTo(profile, 68);
        return profile;
    }

    private static byte[] Segment(byte marker, byte[] content) =>
        [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static int FindTiff(byte[] file)
    {
        // Behind the name of a segment or chunk.
        var name = ((string[])["Exif\0\0", "eXIf", "EXIF"]).Select(name => IndexOf(file, name))
            .First(place => place >= 0);
        return name + ((string[])["MM\0*", "II*\0"]).Select(start => IndexOf(file.AsSpan(name), start))
            .Where(place => place >= 0).Min();
    }

    private static int IndexOf(ReadOnlySpan<byte> bytes, string text) => bytes.IndexOf(Encoding.ASCII.GetBytes(text));

    private static (Dictionary<int, byte[]> Entries, int Next) ReadDirectory(
        ReadOnlySpan<byte> tiff, int at, bool isBig)
    {
        var entries = new Dictionary<int, byte[]>();
        var count = Number(tiff[at..], 2, isBig);
        for (var index = 0; index < count; index++)
        {
            var entry = tiff[(at + 2 + (12 * index))..];
            var length = Sizes[Number(entry[2..], 2, isBig)] * Number(entry[4..], 4, isBig);
            entries[Number(entry, 2, isBig)] =
                (length <= 4 ? entry[8..] : tiff[Number(entry[8..], 4, isBig)..])[..length].ToArray();
        }

        return (entries, Number(tiff[(at + 2 + (12 * count))..], 4, isBig));
    }

    private static string TextOf(Dictionary<int, byte[]> entries, int tag) =>
        Encoding.ASCII.GetString(entries[tag]).TrimEnd('\0');

    private static int ValueOf(Dictionary<int, byte[]> entries, int tag, bool isBig) =>
        Number(entries[tag], Math.Min(4, entries[tag].Length), isBig);

    private static int Number(ReadOnlySpan<byte> bytes, int length, bool isBig)
    {
        var value = 0;
        for (var index = 0; index < length; index++)
        {
            value = (value << 8) | bytes[isBig ? index : length - 1 - index];
        }

        return value;
    }
}
