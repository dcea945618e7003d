namespace EdgeRestore.Networks.Imports;

/// <summary>Finds the dictionaries of tensors in the outermost value of a PyTorch file.</summary>
internal static class TorchSets
{
    // {'params': {...}}, and Lightning's or a wrapper's dictionary around such a one.
    private const int MaxDepth = 2;

    // Names are joined: a long one, over many dictionaries, would be a bomb.
    private const int MaxNameLength = 200;

    public static IReadOnlyList<TensorSet> Find(object? root, CheckpointSource source)
    {
        if (root is not PickleDictionary outermost)
        {
            throw source.Unusable(
                root is StoredTensor ? "it holds one tensor without a name" : "its outermost value is no dictionary",
                CheckpointSource.SaveAgain);
        }

        // The same dictionary may stand in many places, and in itself: it is looked at once.
        var seen = new HashSet<PickleDictionary>(ReferenceEqualityComparer.Instance) { outermost };
        List<TensorSet> sets = [];
        var level = new List<(string Name, PickleDictionary Items)> { ("", outermost) };
        for (var depth = 0; depth <= MaxDepth; depth++)
        {
            foreach (var (name, dictionary) in level)
            {
                var tensors = dictionary.Items.Where(item => item.Value is StoredTensor)
                    .ToDictionary(item => item.Key, item => (StoredTensor)item.Value!, StringComparer.Ordinal);
                if (tensors.Count > 0)
                {
                    sets.Add(new(name, tensors));
                }
            }

            level =
            [
                .. from entry in level
                   from item in entry.Items.Items
                   let inner = item.Value as PickleDictionary
                   where inner is not null && item.Key.Length <= MaxNameLength && seen.Add(inner)
                   select (Join(entry.Name, item.Key), inner),
            ];
        }

        return sets;
    }

    private static string Join(string outer, string inner) => outer.Length == 0 ? inner : $"{outer}.{inner}";
}
