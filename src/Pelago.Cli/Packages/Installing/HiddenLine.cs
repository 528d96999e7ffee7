// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Cli.Packages.Installing;

/// <summary>A line from the terminal that is not shown while it is typed.</summary>
internal static class HiddenLine
{
    private const int Longest = 4096;

    public static string? Read()
    {
        var line = new StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return line.ToString();
                case ConsoleKey.Backspace:
                    line.Length = Math.Max(0, line.Length - 1);
                    break;
                case ConsoleKey.D when key.Modifiers == ConsoleModifiers.Control && line.Length == 0:
                    return null;
                default:
                    if (!char.IsControl(key.KeyChar) && line.Length < Longest)
                        line.Append(key.KeyChar);
                    break;
            }
        }
    }
}
