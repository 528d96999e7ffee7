// SPDX-License-Identifier: Apache-2.0

using System.IO;
using CsCheck;
using Pelago.Cli.Output;
using Xunit;

namespace Pelago.Cli.Tests.Output;

public class ScreenTests
{
    private const int Width = 7, Height = 3;

    [Fact]
    public void Whatever_is_drawn_after_whatever_stands_there_as_it_was_drawn() =>
        Gen.Select(Gen.Int[0, Width], Gen.Int[0, Height], Gen.Int[0, 2].Select(i => "ab▀"[i]), Gen.Short[-1, 3], Gen.Short[-1, 3], Gen.Bool).Array[0, 12].Array[1, 6].Sample(frames =>
        {
            using var output = new MemoryStream();
            var screen = new Screen(output, hasColours: true);
            var terminal = new TestTerminal(Width, Height);
            foreach ((int X, int Y, char Character, short Fore, short Back, bool IsBold)[] frame in frames)
            {
                screen.Clear(Width, Height);
                var wanted = new Dictionary<(int, int), (char, Ink)>();
                foreach ((int x, int y, char character, short fore, short back, bool isBold) in frame)
                {
                    screen.Put(x, y, character, new Ink(fore, back, isBold));
                    wanted[(x, y)] = (character, new Ink(fore, back, isBold));
                }

                Show(screen, output, terminal);
                for (int i = 0; i < Width * Height; i++)
                {
                    (int x, int y) = (i % Width, i / Width);
                    (char character, Ink ink) = wanted.GetValueOrDefault((x, y), (' ', Ink.Plain));
                    Assert.Equal(character, terminal.Lines[y].PadRight(Width)[x]);
                    Assert.Equal(Text(ink), terminal.InkAt(x, y));
                }
            }
        });

    [Fact]
    public void What_did_not_change_is_not_written_again()
    {
        using var output = new MemoryStream();
        var screen = new Screen(output, hasColours: true);
        Draw('a');
        long first = screen.Written;
        Draw('a');
        long second = screen.Written - first;
        Draw('b');

        Assert.Equal(0, second);
        // Where, in which colour, the letter, and the marks of a frame.
        Assert.InRange(screen.Written - first, 1, 40);

        void Draw(char last)
        {
            screen.Clear(80, 24);
            screen.Put(0, 0, "a line that stays", Ink.Bold);
            screen.Put(79, 23, last, new Ink(9));
            screen.Flush();
        }
    }

    [Fact]
    public void Another_size_begins_with_an_empty_page()
    {
        using var output = new MemoryStream();
        var screen = new Screen(output, hasColours: false);
        var terminal = new TestTerminal(Width, Height);
        screen.Clear(Width, Height);
        screen.Put(0, 0, "much too long", Ink.Plain);
        Show(screen, output, terminal);
        screen.Clear(Width - 2, Height);
        screen.Put(1, 1, "a\nb", new Ink(5));
        Show(screen, output, terminal);

        Assert.Equal(["", " a?b", ""], terminal.Lines);
        Assert.Equal("39 49 22", terminal.InkAt(1, 1));
    }

    private static void Show(Screen screen, MemoryStream output, TestTerminal terminal)
    {
        output.SetLength(0);
        screen.Flush();
        terminal.Receive(output.ToArray());
    }

    private static string Text(Ink ink) =>
        $"{(ink.Fore < 0 ? "39" : $"38;5;{ink.Fore}")} {(ink.Back < 0 ? "49" : $"48;5;{ink.Back}")} {(ink.IsBold ? "1" : "22")}";
}
