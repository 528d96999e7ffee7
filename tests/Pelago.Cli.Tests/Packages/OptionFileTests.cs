// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Packages;
using Pelago.Cli.Packages.Installing;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class OptionFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"pelago-options-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(true, "--set-file", "password=-", "--set-file", "token=-")]
    [InlineData(true, "--options", "-", "--set-file", "password=-")]
    [InlineData(true, "--options", "-", "--options-on", "east:-")]
    [InlineData(false, "--options", "-", "--set-file", "password=file-")]
    [InlineData(false, "--set-file", "password=-", "--set", "token=-")]
    [InlineData(false, "--options-on", "east:-", "--options-on", "west:west.yaml")]
    public void The_standard_input_is_read_once(bool isRefused, params string[] line)
    {
        var command = new Command("upgrade");
        var overlays = new ClusterOptions();
        new PackageOptions().AddTo(command, (overlays.Files, ":"));
        overlays.AddTo(command);

        string[] errors = [.. command.Parse(line).Errors.Select(error => error.Message)];

        Assert.Equal(isRefused ? 1 : 0, errors.Length);
        Assert.All(errors, error => Assert.EndsWith("the standard input can be read once", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'p', (byte)'q', (byte)'\r', (byte)'\n' }, "pq")]
    [InlineData(new byte[] { (byte)'p', (byte)'\n', (byte)'\n' }, "p\n")]
    [InlineData(new byte[] { 0xC3, 0xA9 }, "é")]
    public void A_text_is_read_without_the_marks_that_editors_put_there(byte[] bytes, string expected)
    {
        File.WriteAllBytes(_file, bytes);

        Assert.Equal(expected, OptionFile.ReadLine(_file));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        File.WriteAllBytes(_file, [(byte)'p', 0xFF, 0xFE]);

        CliException fault = Assert.Throws<CliException>(() => OptionFile.ReadLine(_file));

        Assert.Contains("no text in UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "options were not read: / is a folder, and a file is needed")]
    [InlineData("/dev/zero", "options were not read: /dev/zero has more than 1048576 bytes, which is as many as are read")]
    [InlineData("/nowhere", "options were not read: there is no file /nowhere")]
    public void What_holds_no_options_is_refused_in_words(string file, string message)
    {
        CliException fault = Assert.Throws<CliException>(() => OptionFile.ReadText(file));

        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Options_may_begin_with_a_byte_order_mark()
    {
        File.WriteAllText(_file, """{"size": 2}""", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("""{"size":2}""", PackageOptions.ReadFile(_file).ToJsonString());
    }
}
