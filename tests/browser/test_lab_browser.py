"""The course in JupyterLab, used as students do: by mouse, by keyboard, enlarged."""

import json
import subprocess
import sys
import time

DIGITS = "04_mnist_cnn.ipynb"
FIRST, HOMEWORK = "01_perceptron.ipynb", "exercises/01_perceptron_задание.ipynb"
LAST = "07_seq2seq_chatbot.ipynb"


def test_it_is_russian_and_brings_no_news(opened):
    notebook = opened(FIRST)
    page = notebook.page
    for title in ("Файл", "Выполнить", "Справка"):
        assert page.get_by_role("menuitem", name=title, exact=True).is_visible()
    page.wait_for_timeout(3000)
    assert page.locator(".Toastify__toast").count() == 0
    assert "Урок 1. Перцептрон с нуля" in page.locator("h1").first.inner_text()
    assert page.get_by_role("link", name="Открыть в Colab").first.is_visible()


def test_by_keyboard_alone(opened):
    notebook = opened(FIRST)
    page = notebook.page
    notebook.menu("Редактировать", "editmenu:clear-all")
    page.locator(".jp-Notebook", has_not_text="Устройство:").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Home")
    for _ in range(3):
        page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        "() => document.querySelector('.jp-Notebook').innerText.includes('Устройство:')"
    )
    notebook.wait()
    setup, imports = (page.locator(".jp-CodeCell").nth(place) for place in (0, 1))
    folded = setup.locator(".jp-InputPlaceholder").inner_text()
    assert folded.startswith("# @title Подготовка")
    assert imports.locator(".jp-InputPrompt").inner_text() == "[2]:"


def test_homework_wrong_then_right_then_run_all(opened, course):
    notebook = opened(HOMEWORK)
    notebook.run_all()
    solution, check = (
        notebook.cell("def by_sign("),
        notebook.cell('homework.check("1.4"'),
    )
    notebook.write(solution, "def by_sign(memory, g, rate):\nreturn rate * g\n")
    assert "IndentationError" in notebook.run(solution)
    assert "остановилась на ошибке IndentationError" in notebook.run(check)
    notebook.write(solution, "def by_sign(memory, g, rate):\n    return rate * g\n")
    assert notebook.run(solution) == ""
    wrong = notebook.run(check)
    assert "Упражнение 1.4 (шаг по знаку): пока нет." in wrong
    assert "остановилась" not in wrong
    notebook.write(
        solution, "def by_sign(memory, g, rate):\n    return rate * np.sign(g)\n"
    )
    notebook.run(solution)
    assert notebook.run(check).endswith("верно. Сделано 1 из 5.")
    notebook.run_all("restart-and-run-all")
    assert "Сделано 1 из 5." in notebook.cell("homework.summary()").inner_text()
    notebook.save()
    folder = course / "мои_уроки" / "exercises"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "lessons.checks.collect",
            str(folder),
            "--out",
            str(course / "t.csv"),
        ],
        cwd=course,
        capture_output=True,
        encoding="utf-8",
    )
    row = next(line for line in done.stdout.splitlines() if "01_perceptron" in line)
    assert row.split()[-3:] == ["да", "1", "5"], done.stdout


def test_a_jump_by_the_contents(opened):
    notebook = opened(LAST)
    page = notebook.page
    page.locator('[data-id="table-of-contents"]').click()
    heading = page.locator(".jp-tocItem-content", has_text="Домашнее задание").last
    heading.scroll_into_view_if_needed()
    began = time.perf_counter()
    heading.click()
    target = page.locator(".jp-Notebook h2", has_text="Домашнее задание").last
    page.wait_for_function(
        """heading => { const box = heading.getBoundingClientRect();
           return box.top >= 0 && box.bottom < innerHeight }""",
        arg=target.element_handle(timeout=30_000),
        timeout=30_000,
    )
    seconds = time.perf_counter() - began
    print(f"jump: {seconds:.2f} s")
    assert seconds < 5


def test_a_quiz(opened):
    notebook = opened(FIRST)
    page = notebook.page
    page.locator('[data-id="table-of-contents"]').click()
    page.locator(".jp-tocItem-content", has_text="Проверьте себя").click()
    choice = page.locator("summary", has_text="а) ").first
    choice.click()
    details = choice.locator("..")
    assert details.get_attribute("open") is not None
    question = choice.locator("xpath=ancestor::*[contains(@class, 'jp-MarkdownCell')]")
    assert question.locator("summary").count() <= 5
    gap = question.evaluate(
        """cell => { const last = [...cell.querySelectorAll('p')].at(-1);
           const first = cell.querySelector('details').getBoundingClientRect();
           return first.top - last.getBoundingClientRect().bottom }"""
    )
    assert gap < 10  # the question stands by its choices
    question.locator("p").last.dblclick()
    page.wait_for_timeout(500)
    shown = page.locator(".jp-MarkdownCell:not(.jp-mod-rendered)")
    assert shown.count() == 1
    assert shown.inner_text().count("<summary>") <= 5


def test_enlarged_twice(opened):
    notebook = opened(FIRST, viewport=(700, 450))
    page = notebook.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    width, inside = page.evaluate(
        """() => { const box = document.querySelector('.jp-WindowedPanel-outer');
           return [box.clientWidth, box.scrollWidth] }"""
    )
    assert inside <= width + 1


def test_a_lesson_whole_says_what_is_stored(opened, course):
    stored = json.loads((course / "lessons" / FIRST).read_text(encoding="utf-8"))
    notebook = opened(FIRST)
    notebook.run_all(seconds=600)
    notebook.save()
    shown = json.loads((course / "мои_уроки" / FIRST).read_text(encoding="utf-8"))

    def texts(book):
        found = []
        for cell in book["cells"]:
            if "nbval-ignore-output" in cell["metadata"].get("tags", []):
                continue
            for output in cell.get("outputs", []):
                assert output["output_type"] != "error", output
                text = output.get("text") or output["data"].get("text/plain", "")
                found.append("".join(text))
        return [text for text in found if not text.startswith("Устройство")]

    assert texts(shown) == texts(stored)


def test_a_digit_of_ones_own(opened, course):
    """A 7 of thick strokes, drawn into a file beside the notebook."""
    from PIL import Image, ImageDraw

    sheet = Image.new("L", (600, 800), 235)
    strokes = ImageDraw.Draw(sheet)
    strokes.line([(180, 220), (430, 220), (280, 600)], fill=40, width=36, joint="curve")
    notebook = opened(DIGITS)
    sheet.save(course / "мои_уроки" / "моя_цифра.png")
    notebook.run_all(seconds=600)
    cell = notebook.cell('own = Path("моя_цифра.png")')
    assert "сеть думает, что это 7" in cell.locator(".jp-OutputArea").inner_text()
    assert cell.locator(".jp-OutputArea img").count() == 1


def test_one_talks_to_the_bot_in_a_window(opened):
    """Lesson 7 whole, then a question is typed into the window that it opens."""
    notebook = opened(LAST)
    notebook.run_all(seconds=900)
    cell = notebook.cell("def open_window():")
    field = cell.locator("input[type=text]")
    field.click()
    field.fill("привет")
    notebook.page.keyboard.press("Enter")
    answer = cell.locator(".jp-OutputArea b")
    answer.wait_for(timeout=60_000)
    assert answer.inner_text().strip()
    assert "привет" in cell.locator(".jp-OutputArea").inner_text()
