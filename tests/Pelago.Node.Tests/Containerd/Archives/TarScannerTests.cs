// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Containerd.Images.Archives;
using Xunit;

namespace Pelago.Node.Tests.Containerd.Archives;

/// <summary>Archives that readers take in different ways: what is checked must be what is unpacked.</summary>
public sealed class TarScannerTests
{
    [Fact]
    public async Task A_file_whose_name_is_that_of_a_directory_is_refused_when_it_has_data()
    {
        await RefusedAsync("is a file by its type and a directory by its name", Entry('0', "a/", "data"));
        Assert.Equal([("a/", TarKind.Directory)], await ReadAsync(Entry('0', "a/", "")));
    }

    [Theory]
    [InlineData('L', "path")]
    [InlineData('K', "linkpath")]
    public async Task An_entry_with_a_long_name_and_one_in_an_extended_header_is_refused(char type, string key)
    {
        byte[] named = Entry(type, "long", "one"), extended = Entry('x', "extended", Record(key, "other")), entry = Entry('0', "file", "");

        await RefusedAsync("is named twice", named, extended, entry);
        await RefusedAsync("is named twice", extended, named, entry);
    }

    [Fact]
    public async Task An_entry_with_two_extended_headers_is_refused() =>
        await RefusedAsync("two extended headers", Entry('x', "x", Record("path", "one")), Entry('x', "x", Record("size", "0")), Entry('0', "file", ""));

    [Fact]
    public async Task A_global_header_within_the_headers_of_an_entry_is_refused() =>
        await RefusedAsync("a global header", Entry('x', "x", Record("path", "one")), Entry('g', "g", Record("comment", "c")), Entry('0', "file", ""));

    [Fact]
    public async Task Names_of_either_kind_are_read_and_hold_for_one_entry()
    {
        IReadOnlyList<(string, TarKind)> read = await ReadAsync(
            Entry('g', "g", Record("comment", "c")), Entry('L', "long", "one"), Entry('0', "a", "1"), Entry('x', "x", Record("path", "two")), Entry('0', "b", "2"),
            Entry('x', "x", Record("mtime", "1")), Entry('0', "c", "3"));

        Assert.Equal([("one", TarKind.File), ("two", TarKind.File), ("c", TarKind.File)], read);
    }

    private static async Task<IReadOnlyList<(string Name, TarKind Kind)>> ReadAsync(params byte[][] parts)
    {
        using var archive = new MemoryStream([.. parts.SelectMany(part => part), .. new byte[2 * TarBlock.Length]]);
        var scanner = new TarScanner(archive, "the archive", new ArchiveLimits());
        var items = new List<(string, TarKind)>();
        while (await scanner.NextAsync(TestContext.Current.CancellationToken) is { } item)
            items.Add((item.Name, item.Kind));
        return items;
    }

    private static async Task RefusedAsync(string why, params byte[][] parts)
    {
        ArchiveException refused = await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(parts));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A header and its data, filled up to whole blocks.</summary>
    private static byte[] Entry(char type, string name, string data)
    {
        byte[] entry = new byte[TarBlock.Length + ((data.Length + TarBlock.Length - 1) / TarBlock.Length * TarBlock.Length)];
        Put(entry, 0, name);
        Put(entry, 124, Octal(data.Length, 11));
        Put(entry, 148, "        ");
        Put(entry, 156, type.ToString());
        Put(entry, 257, "ustar\0");
        Put(entry, 148, Octal(entry.Sum(value => value), 6) + "\0");
        Put(entry, TarBlock.Length, data);
        return entry;
    }

    private static string Octal(int value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] entry, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(entry, at);

    private static string Record(string key, string value)
    {
        int length = key.Length + value.Length + 4;
        length += length >= 10 ? 1 : 0;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{length} {key}={value}\n");
    }
}
