// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.Globalization;
using System.IO;
using System.Text;
using CsCheck;
using Pelago.Node.Containerd.Images.Archives;
using Xunit;

namespace Pelago.Node.Tests.Containerd.Archives;

/// <summary>What somebody could hand in as an image to do harm with it, or by a broken disk.</summary>
public sealed class HostileArchiveTests : ArchiveScene
{
    private static readonly byte[] Layer = TestArchive.Tar(TestArchive.File("etc/motd", "hello"));
    private static readonly byte[] Valid = TestArchive.Tar(TestArchive.Docker(TestArchive.Config(Layer), Layer));

    [Theory]
    [InlineData("../evil", "\"../evil\" has '..' in its name")]
    [InlineData("a/../../evil", "has '..' in its name")]
    [InlineData("/etc/evil", "\"/etc/evil\" has an absolute name")]
    [InlineData("config.json", "\"config.json\" is there twice")]
    [InlineData("./config.json", "is there twice")]
    public async Task A_file_that_would_land_elsewhere_is_refused(string name, string why) =>
        await RefusedAsync(why, TestArchive.Tar([TestArchive.File(name, "x"), .. TestArchive.Docker(TestArchive.Config(Layer), Layer)]));

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "/etc/passwd")]
    [InlineData(TarEntryType.SymbolicLink, "../../etc/passwd")]
    [InlineData(TarEntryType.HardLink, "/etc/passwd")]
    [InlineData(TarEntryType.HardLink, "../etc/passwd")]
    public async Task A_link_out_of_the_archive_is_refused(TarEntryType type, string target) =>
        await RefusedAsync($"\"a/link\" is a link out of the archive, to \"{target}\"", TestArchive.Tar(TestArchive.Link(type, "a/link", target)));

    [Fact]
    public async Task A_device_or_a_fifo_in_the_archive_is_refused()
    {
        await RefusedAsync("\"null\" is a device node", TestArchive.Tar(TestArchive.Device("null", 1, 3)));
        await RefusedAsync("\"pipe\" is a device node or a FIFO", TestArchive.Tar(new PaxTarEntry(TarEntryType.Fifo, "pipe")));
    }

    [Fact]
    public async Task Links_that_lead_in_circles_end()
    {
        byte[] archive = TestArchive.Tar(TestArchive.Link(TarEntryType.SymbolicLink, "manifest.json", "b"), TestArchive.Link(TarEntryType.SymbolicLink, "b", "manifest.json"));

        await RefusedAsync("the archive is no image", archive);
    }

    [Theory]
    [InlineData("../evil", "has '..' in its name")]
    [InlineData("/evil", "has an absolute name")]
    [InlineData("var/.wh...", "hides a directory that it is in")]
    [InlineData(".wh..", "hides a directory that it is in")]
    public async Task A_file_of_a_layer_that_would_land_elsewhere_is_refused(string name, string why) =>
        await RefusedAsync($"the layer 0/layer.tar: entry \"{name}\" {why}", TestArchive.DockerWith(TestArchive.File(name, "x")));

    [Theory]
    [InlineData("/etc/shadow")]
    [InlineData("../../etc/shadow")]
    public async Task A_hard_link_out_of_a_layer_is_refused(string target) =>
        await RefusedAsync($"is a link out of the image, to \"{target}\"", TestArchive.DockerWith(TestArchive.Link(TarEntryType.HardLink, "shadow", target)));

    [Fact]
    public async Task A_device_of_the_machine_in_a_layer_is_refused_and_those_that_every_container_has_are_not()
    {
        await RefusedAsync("\"dev/mem\" is a device node (character 1:1)", TestArchive.DockerWith(TestArchive.Device("dev/mem", 1, 1)));
        await RefusedAsync("is a device node (block 8:0)", TestArchive.DockerWith(new PaxTarEntry(TarEntryType.BlockDevice, "dev/sda") { DeviceMajor = 8 }));
        Assert.Single(await ReadAsync(TestArchive.DockerWith(TestArchive.Device("dev/null", 1, 3))));
    }

    [Fact]
    public async Task A_symbolic_link_of_a_layer_may_lead_anywhere_inside_the_container() =>
        Assert.Single(await ReadAsync(TestArchive.DockerWith(TestArchive.Link(TarEntryType.SymbolicLink, "etc/mtab", "/proc/mounts"))));

    [Fact]
    public async Task Content_that_does_not_match_its_digest_is_refused()
    {
        byte[] other = TestArchive.Tar(TestArchive.File("etc/motd", "other"));

        await RefusedAsync("does not match the image's configuration", TestArchive.Tar(TestArchive.Docker(TestArchive.Config(other), Layer)));
        foreach (int blob in new[] { 2, 3, 4 })
        {
            TarEntry[] entries = TestArchive.Oci(Layer);
            var content = new MemoryStream();
            await entries[blob].DataStream!.CopyToAsync(content, Cancel);
            byte[] damaged = content.ToArray();
            damaged[9] ^= 1; // of what is compressed, a byte that says who compressed it
            entries[blob].DataStream = new MemoryStream(damaged);
            await RefusedAsync("does not match its digest", TestArchive.Tar(entries));
        }
    }

    [Fact]
    public async Task A_size_that_is_not_what_was_said_is_refused() =>
        await RefusedAsync("bytes and has", TestArchive.Tar(TestArchive.Oci(Layer, (_, index) => index["manifests"]![0]!["size"] = 1)));

    [Theory]
    [InlineData("sha512:00")]
    [InlineData("sha256:../../../../etc/passwd")]
    [InlineData("")]
    public async Task A_digest_that_is_none_is_refused(string digest) =>
        await RefusedAsync("by what is no sha256 digest", TestArchive.Tar(TestArchive.Oci(Layer, (_, index) => index["manifests"]![0]!["digest"] = digest)));

    [Fact]
    public async Task A_blob_that_is_missing_is_named()
    {
        TarEntry[] entries = [.. TestArchive.Docker(TestArchive.Config(Layer), Layer).Where(entry => entry.Name != "0/layer.tar")];

        await RefusedAsync("the layer 0/layer.tar (0/layer.tar) is not in it", TestArchive.Tar(entries));
    }

    [Fact]
    public async Task Documents_over_their_limit_are_refused_unread()
    {
        var limits = new ArchiveLimits { MaxDocument = 64 };

        await RefusedAsync("manifest.json) is", Valid, limits);
        await RefusedAsync("and at most 4194304 are taken", TestArchive.Tar(TestArchive.File("index.json", new byte[5 << 20])));
    }

    [Fact]
    public async Task More_than_the_limits_allow_is_refused()
    {
        await RefusedAsync("more than 2 entries", Valid, new ArchiveLimits { MaxEntries = 2 });
        await RefusedAsync("the layers have more than 1 entries", TestArchive.DockerWith(TestArchive.File("b", "")), new ArchiveLimits { MaxLayerEntries = 1 });
        await RefusedAsync("holds more than 1000 bytes", Valid, new ArchiveLimits { MaxArchive = 1000 });
        await RefusedAsync("holds more than 1000 bytes", Valid, new ArchiveLimits { MaxUnpacked = 1000 });
        byte[][] many = [.. Enumerable.Range(0, 128).Select(_ => Layer)];
        await RefusedAsync("it has 128 layers, and no more than 127 can be mounted", TestArchive.Tar(TestArchive.Docker(TestArchive.Config(many), many)));
    }

    [Fact]
    public async Task What_unpacks_to_far_more_than_it_is_is_refused_before_it_is_unpacked()
    {
        byte[] large = TestArchive.Tar(TestArchive.File("zero", new byte[48 << 20]));
        byte[] bomb = TestArchive.Gzip(large), other = TestArchive.Zstd(large);

        await RefusedAsync("the archive unpacks to more than 250 times its compressed size", TestArchive.Gzip(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(large), large))));
        await RefusedAsync("the layer 0/layer.tar unpacks to more than 250 times", TestArchive.Tar(TestArchive.Docker(TestArchive.Config(large), bomb)));
        await RefusedAsync("the layer 0/layer.tar unpacks to more than 250 times", TestArchive.Tar(TestArchive.Docker(TestArchive.Config(large), other)));
    }

    [Fact]
    public async Task A_frame_that_wants_more_memory_than_the_limit_is_refused()
    {
        // RFC 8878 3.1.1.1: magic, no single segment, a window of 2^28.
        await RefusedAsync("the archive is damaged", [0x28, 0xb5, 0x2f, 0xfd, 0, (28 - 10) << 3, 1, 0, 0]);
    }

    [Fact]
    public async Task A_layer_that_is_compressed_otherwise_than_its_manifest_says_is_refused()
    {
        byte[] zstd = TestArchive.Zstd(Layer);

        await RefusedAsync("is compressed with zstd, and compressed with gzip by its manifest", TestArchive.Tar(TestArchive.Oci(Layer, zstd, "+gzip")));
        await RefusedAsync("is not compressed, and compressed with zstd by its manifest", TestArchive.Tar(TestArchive.Oci(Layer, Layer, "+zstd")));
    }

    [Fact]
    public async Task Headers_of_any_announced_length_take_no_memory()
    {
        byte[] header = new byte[1024];
        "x"u8.CopyTo(header);
        Encoding.ASCII.GetBytes("77777777777").CopyTo(header, 124);
        header[156] = (byte)'x';
        Seal(header);

        await RefusedAsync("an extended header at its beginning is 8589934591 bytes long", header);
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd, 0, 0 }, "the archive is damaged: what is compressed in it cannot be read")]
    [InlineData(new byte[] { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0 }, "compressed with xz")]
    [InlineData(new byte[0], "the archive is empty")]
    [InlineData(new byte[] { 1, 2, 3 }, "is cut short")]
    public async Task What_is_no_archive_is_called_so(byte[] archive, string why) => await RefusedAsync(why, archive);

    [Fact]
    public async Task Text_that_is_no_tar_is_called_so() => await RefusedAsync("is no tar archive", Encoding.ASCII.GetBytes(new string('x', 2000)));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("[3]")]
    [InlineData("[{\"Config\":7}]")]
    [InlineData("[{\"Config\":\"config.json\",\"Layers\":[{}]}]")]
    public async Task A_manifest_that_is_none_is_refused(string manifest) =>
        await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(TestArchive.Tar(
            TestArchive.File("config.json", TestArchive.Config(Layer).ToJsonString()), TestArchive.File("manifest.json", manifest))));

    [Fact]
    public async Task An_archive_that_is_cut_anywhere_is_refused()
    {
        for (int length = 0; length < Valid.Length - 512; length += 256)
            await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(Valid[..length]));
        foreach (byte[] zipped in (byte[][])[TestArchive.Gzip(Valid), TestArchive.Zstd(Valid)])
        {
            for (int length = 0; length < zipped.Length - 64; length += 37)
                await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(zipped[..length]));
        }
    }

    [Fact]
    public async Task Damage_anywhere_is_either_harmless_or_refused()
    {
        byte[] oci = TestArchive.Tar(TestArchive.Oci(Layer));
        Gen<(byte[] Archive, (int, byte)[] Flips)> gen = Gen.Select(Gen.OneOf(Valid, oci, TestArchive.Gzip(oci), TestArchive.Zstd(oci)), Gen.Select(Gen.Int[0, 20_000], Gen.Byte[1, 255]).Array[1, 6]);

        await gen.SampleAsync(
            async sample =>
            {
                byte[] damaged = [.. sample.Archive];
                foreach ((int at, byte flip) in sample.Flips)
                    damaged[at % damaged.Length] ^= flip;
                try
                {
                    await ReadAsync(damaged);
                }
                catch (ArchiveException)
                {
                    // Any other exception fails.
                }
                return true;
            },
            iter: 2000, threads: 2);
    }

    private static void Seal(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        string sum = Convert.ToString(header.AsSpan(0, 512).ToArray().Sum(value => value), 8).PadLeft(6, '0');
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sum}\0 ")).CopyTo(header, 148);
    }
}
