using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using VaeGpu.Host.Serving;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Serving;

/// <summary>The page in a browser: what it shows, how it is used, and that everybody can read it.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class BrowserTests
{
    private static readonly string? Chromium = ((string[])
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);

    private readonly List<string> complaints = [];

    /// <summary>What the addresses begin with that the page may ask for.</summary>
    private string own = "";
    private IPlaywright? playwright;
    private IBrowser browser = null!;
    private IPage page = null!;
    private ServedRuns served = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        if (Chromium is null)
            Assert.Ignore("There is no Chromium at /usr/bin/chromium; Debian: apt-get install chromium.");
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        page = await browser.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(own, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                complaints.Add($"a request of {request.Url}");
        };
        served = new ServedRuns("digits", "labels", "text", "table");
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        served?.Dispose();
        if (browser is not null)
            await browser.CloseAsync();
        playwright?.Dispose();
    }

    [Test]
    public async Task A_drag_in_the_plane_decodes_and_keys_move_the_mark_and_pick_an_example()
    {
        await Show(1280, 800, ColorScheme.Light);
        string before = await Pixels();
        LocatorBoundingBoxResult box = (await page.Locator("#plane").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * 0.9f, box.Y + box.Height * 0.2f);
        await page.Mouse.UpAsync();
        await page.WaitForFunctionAsync(PixelsDiffer, before);
        string dragged = await page.Locator("#position").TextContentAsync() ?? "";
        await page.Locator("#plane").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        Assert.That(await page.Locator("#position").TextContentAsync(), Is.EqualTo("(0.50, 0.00)").And.Not.EqualTo(dragged));
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#example canvas").Nth(1).WaitForAsync();
        Assert.That(await page.Locator("#example").TextContentAsync(), Does.Contain("class").And.Contain("reconstruction"));
        Assert.That(complaints, Is.Empty);
    }

    private const string Transitions =
        "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).map(e => e.outerHTML)";

    private const string PixelsDiffer = "before => document.querySelector('#decoded canvas').toDataURL() !== before";

    [Test]
    public async Task A_slider_and_a_class_decode_and_two_examples_are_interpolated()
    {
        await Show(1280, 800, ColorScheme.Dark);
        await Choose("labels");
        string before = await Pixels();
        await page.Locator("#label").SelectOptionAsync("7");
        await page.WaitForFunctionAsync(PixelsDiffer, before);
        before = await Pixels();
        await page.Locator("#sliders input").First.FillAsync("3");
        await page.WaitForFunctionAsync(PixelsDiffer, before);
        await page.Locator("#gallery button").Nth(5).ClickAsync();
        await page.Locator("#gallery button").Nth(9).ClickAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await page.Locator("#gallery button.from").GetAttributeAsync("value"), Is.EqualTo("5"));
            Assert.That(await page.Locator("#gallery button.to").GetAttributeAsync("value"), Is.EqualTo("9"));
            Assert.That(await page.Locator("#strip canvas").CountAsync(), Is.EqualTo(9));
            Assert.That(complaints, Is.Empty);
        });
    }

    [Test]
    public async Task Text_is_shown_as_a_line_and_a_table_as_a_row()
    {
        await Show(1280, 800, ColorScheme.Light);
        await Choose("text");
        await page.Locator("#decoded pre").WaitForAsync();
        await Choose("table");
        await page.Locator("#decoded table").WaitForAsync();
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task The_page_is_accessible_in_both_schemes_and_as_wide_as_the_screen()
    {
        await Show(360, 740, ColorScheme.Light);
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa") });
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        // Text on a background that fades, while its own color changes at once, is unreadable meanwhile.
        Assert.That(await page.EvaluateAsync<string[]>(Transitions), Is.Empty);
        var dark = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Rules("color-contrast") });
        Assert.That(
            found.Violations.Concat(dark.Violations).SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {node.Html}")), Is.Empty);
        foreach (var (width, height) in ((int, int)[])[(360, 740), (820, 1180), (1440, 900), (3840, 2160)])
        {
            await page.SetViewportSizeAsync(width, height);
            Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width));
        }
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task A_report_shows_the_same_from_a_file_and_asks_nothing_of_the_network()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["report.html"], await Report.Of(served.First, default));
        await Show(1280, 800, ColorScheme.Light, new Uri(folder["report.html"]).AbsoluteUri);
        string before = await Pixels();
        await page.Locator("#plane").FocusAsync();
        await page.Keyboard.PressAsync("Shift+ArrowUp");
        await page.WaitForFunctionAsync(PixelsDiffer, before);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#example canvas").Nth(1).WaitForAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await page.Locator("#strip canvas").CountAsync(), Is.EqualTo(9));
            Assert.That(complaints, Is.Empty);
        });
    }

    private Task<string> Pixels() => page.EvaluateAsync<string>("document.querySelector('#decoded canvas').toDataURL()");

    private async Task Choose(string run)
    {
        await page.Locator("#runs label", new() { HasText = run }).ClickAsync();
        await page.WaitForFunctionAsync("run => document.title.startsWith(run)", run);
        await page.Locator("#anomalies li").First.WaitForAsync();
    }

    /// <summary>Opens the page, until it has shown all that it shows of the first run.</summary>
    private async Task Show(int width, int height, ColorScheme scheme, string? file = null)
    {
        own = file is null ? served.Url : file;
        complaints.Clear();
        await page.SetViewportSizeAsync(width, height);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.GotoAsync(own);
        await page.Locator("#anomalies li").First.WaitForAsync();
    }
}
