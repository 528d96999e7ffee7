// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text;

namespace Pelago.Cli.Packages;

/// <summary>Files with options, of which one may be the standard input, named <c>-</c>.</summary>
internal static class OptionFile
{
    private const int MaxBytes = 1024 * 1024;
    private const string Failure = "options were not read";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lets a command take the standard input once: whoever reads it again finds it empty, and an empty password is one.</summary>
    /// <param name="options">Each with what stands before the name of a file in it: <c>=</c> in <c>PATH=FILE</c>; empty where nothing does.</param>
    public static void ReadInputOnce(Command command, params (Option Option, string Before)[] options) => command.Validators.Add(result =>
    {
        string[] named =
        [
            .. options.SelectMany(one => (result.GetResult(one.Option) is { } given ? given.Tokens : [])
                .Where(token => one.Before.Length == 0 ? token.Value == "-" : token.Value.EndsWith($"{one.Before}-", StringComparison.Ordinal))
                .Select(token => $"{one.Option.Name} {token.Value}")),
        ];
        if (named.Length > 1)
            result.AddError($"{string.Join(" and ", named)}: the standard input can be read once");
    });

    /// <summary>Its text, without the line end that editors put there.</summary>
    public static string ReadLine(string file)
    {
        string text = ReadText(file);
        return text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
    }

    /// <summary>Its text, without a byte order mark.</summary>
    public static string ReadText(string file)
    {
        byte[] bytes = ReadBytes(file);
        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new CliException($"options were not read from {file}: it is no text in UTF-8");
        }
    }

    private static byte[] ReadBytes(string file)
    {
        if (file != "-")
            return InputFile.Read(file, MaxBytes, Failure);
        using Stream input = Console.OpenStandardInput();
        return InputFile.Read(input, "the standard input", MaxBytes, Failure);
    }
}
