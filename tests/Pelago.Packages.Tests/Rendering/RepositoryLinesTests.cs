// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text;
using Pelago.Packages.Rendering;
using Xunit;

namespace Pelago.Packages.Tests.Rendering;

public sealed class RepositoryLinesTests
{
    [Fact]
    public void Every_template_with_default_options_is_a_line_in_order()
    {
        IReadOnlyList<RenderedLine> lines = RepositoryLines.Of(Universe.Samples);

        Assert.Equal(["B/beacon/0", "L/ledger/0", "L/ledger/1", "T/tide/0"], lines.Select(line => line.Path));
        Assert.Equal("""{"container":{"docker":{"image":"example/beacon:0.3.1"},"type":"DOCKER"},"cpus":0.1,"id":"beacon","mem":32}""", lines[0].Json);
    }

    /// <summary>Digest of an independent renderer over the newest revisions of branch version-3.x at 36aeb9a.</summary>
    [Fact]
    public void The_public_universe_renders_to_what_an_independent_renderer_prints()
    {
        RenderedLine[] lines = [.. RepositoryLines.Of(Universe.Public).Where(line => line.Json is not null)];
        string text = string.Concat(lines.Select(line => $"{line.Path}\t{line.Json}\n"));

        Assert.Equal(178, lines.Length);
        Assert.Equal("c99597ed1d6100397adc432604bbd09294e13067f8a93fe0acdac5b533d31679", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}
