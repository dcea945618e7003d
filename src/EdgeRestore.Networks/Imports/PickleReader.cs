using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeRestore.Networks.Imports;

/// <summary>
/// Reads pickles as data: the opcodes that weights need, the names that <see cref="TorchGlobals"/> knows, nothing else.
/// </summary>
/// <remarks>
/// Every opcode makes at most one value and costs a constant, so time and memory are bounded by the number of opcodes.
/// </remarks>
internal sealed class PickleReader(CheckpointSource source, TorchGlobals globals, PickleBytes bytes)
{
    // SymUNet's 22 M parameters take 16,000.
    private const int MaxOpcodes = 1_000_000;
    private const int MaxNameBytes = 200;
    private const int MaxProtocol = 5;

    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly List<object?> memo = [];
    private int opcodes;

    /// <summary>The value of the pickle that begins here; the next one may follow it.</summary>
    public object? Read()
    {
        stack.Clear();
        marks.Clear();
        memo.Clear();
        while (true)
        {
            var opcode = (PickleOpcode)bytes.ReadByte();
            if (opcode == PickleOpcode.Stop)
            {
                var value = Pop();
                return stack.Count == 0 && marks.Count == 0
                    ? value
                    : throw Invalid("stops with values left over");
            }

            if (++opcodes > MaxOpcodes)
            {
                throw Invalid($"has more than {MaxOpcodes} opcodes");
            }

            Step(opcode);
        }
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                CheckProtocol();
                break;
            case PickleOpcode.Frame:
                // The length of what follows helps who reads from a network; here each opcode says its own.
                bytes.Read(sizeof(long));
                break;
            case PickleOpcode.Mark:
                marks.Add(stack.Count);
                break;
            case PickleOpcode.BinGet:
                stack.Add(Recall(bytes.ReadByte()));
                break;
            case PickleOpcode.LongBinGet:
                stack.Add(Recall(ReadUInt32()));
                break;
            case PickleOpcode.BinPut:
                Remember(bytes.ReadByte());
                break;
            case PickleOpcode.LongBinPut:
                Remember(ReadUInt32());
                break;
            case PickleOpcode.Memoize:
                Remember(memo.Count);
                break;
            case PickleOpcode.Append or PickleOpcode.Appends:
                Append(opcode == PickleOpcode.Append ? PopLast(1) : PopToMark());
                break;
            case PickleOpcode.SetItem or PickleOpcode.SetItems:
                SetItems(opcode == PickleOpcode.SetItem ? PopLast(2) : PopToMark());
                break;
            case PickleOpcode.Build:
                Build();
                break;
            default:
                stack.Add(Create(opcode));
                break;
        }
    }

    private object? Create(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.None => null,
        PickleOpcode.NewTrue => true,
        PickleOpcode.NewFalse => false,
        PickleOpcode.BinInt => (long)(int)ReadUInt32(),
        PickleOpcode.BinInt1 => (long)bytes.ReadByte(),
        PickleOpcode.BinInt2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes.Read(sizeof(ushort))),
        PickleOpcode.Long1 => ReadLong(),
        PickleOpcode.BinFloat => BinaryPrimitives.ReadDoubleBigEndian(bytes.Read(sizeof(double))),
        PickleOpcode.BinUnicode => bytes.ReadText(ReadUInt32()),
        PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinString => bytes.ReadText(bytes.ReadByte()),
        PickleOpcode.EmptyDict => new PickleDictionary(),
        PickleOpcode.EmptyList => new PickleList(),
        PickleOpcode.EmptyTuple => new PickleTuple([]),
        PickleOpcode.Tuple => new PickleTuple(PopToMark()),
        PickleOpcode.Tuple1 => new PickleTuple(PopLast(1)),
        PickleOpcode.Tuple2 => new PickleTuple(PopLast(2)),
        PickleOpcode.Tuple3 => new PickleTuple(PopLast(3)),
        PickleOpcode.Global => globals.Find(bytes.ReadLine(MaxNameBytes), bytes.ReadLine(MaxNameBytes), bytes.Position),
        PickleOpcode.StackGlobal => PopLast(2) is [string module, string member]
            ? globals.Find(module, member, bytes.Position)
            : throw Invalid("asks for a global whose name is not text"),
        PickleOpcode.Reduce => Reduce(),
        PickleOpcode.BinPersId => globals.Load(Pop()),
        _ => throw source.Unusable(
            $"its pickle has the opcode {PickleOpcodes.NameOf((byte)opcode)} before byte {bytes.Position}, which "
            + "weights do not need. Nothing of it was executed",
            CheckpointSource.SaveAgain),
    };

    private void CheckProtocol()
    {
        var protocol = bytes.ReadByte();
        if (protocol > MaxProtocol)
        {
            throw Invalid($"has protocol {protocol}; allowed are 2 to {MaxProtocol}");
        }
    }

    // Little-endian two's complement of a stated length.
    private object ReadLong()
    {
        var length = bytes.ReadByte();
        if (length > 16)
        {
            throw Invalid($"has an integer of {length} bytes; allowed are 16");
        }

        var digits = bytes.Read(length);
        Span<byte> whole = stackalloc byte[16];
        whole.Fill(digits is [.., >= 0x80] ? (byte)0xFF : (byte)0);
        digits.CopyTo(whole);
        var value = BinaryPrimitives.ReadInt128LittleEndian(whole);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Read(sizeof(uint)));

    // Picklers number what they remember without gaps.
    private void Remember(long index)
    {
        if (index > memo.Count || stack.Count == 0)
        {
            throw Invalid($"remembers value {index} after {memo.Count} others");
        }

        if (index == memo.Count)
        {
            memo.Add(stack[^1]);
        }
        else
        {
            memo[(int)index] = stack[^1];
        }
    }

    private object? Recall(long index) => index < memo.Count
        ? memo[(int)index]
        : throw Invalid($"recalls value {index} of {memo.Count}");

    private void Append(object?[] items)
    {
        if (Top() is not PickleList list)
        {
            throw Invalid("appends to what is no list");
        }

        list.Items.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not PickleDictionary dictionary || items.Length % 2 != 0)
        {
            throw Invalid("sets items of what is no dictionary");
        }

        for (var index = 0; index < items.Length; index += 2)
        {
            globals.Add(dictionary, items[index], items[index + 1]);
        }
    }

    private object? Reduce()
    {
        var call = PopLast(2);
        return globals.Call(call[0], call[1]);
    }

    // A state dict carries the versions of its modules as an attribute, which nothing here needs.
    private void Build()
    {
        if (Pop() is not PickleDictionary || Top() is not PickleDictionary)
        {
            throw Invalid("gives attributes (BUILD) to what is no dictionary");
        }
    }

    private object? Top() => stack.Count > Floor ? stack[^1] : throw Invalid("takes a value where there is none");

    private object? Pop() => PopLast(1)[0];

    private object?[] PopLast(int count)
    {
        if (stack.Count - Floor < count)
        {
            throw Invalid("takes a value where there is none");
        }

        var items = CollectionsMarshal.AsSpan(stack)[^count..].ToArray();
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        if (marks.Count == 0)
        {
            throw Invalid("takes values up to a mark where there is none");
        }

        var items = PopLast(stack.Count - marks[^1]);
        marks.RemoveAt(marks.Count - 1);
        return items;
    }

    // What lies below the last mark is out of reach.
    private int Floor => marks.Count > 0 ? marks[^1] : 0;

    private EdgeRestoreException Invalid(string found) => source.Unusable(
        $"its pickle {found} (before byte {bytes.Position})", CheckpointSource.Damaged);
}
